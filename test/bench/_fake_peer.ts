/**
 * A program for the tests that speaks the line protocol and, on request, breaks it: `_fake_peer.ts NAME BEHAVIOUR`.
 * It doubles `values`; its adapter does a byte a second.
 *
 * @module
 */
import { serve } from "../../bench/serve.ts";

const [name = "fake", behaviour = "good"] = Deno.args;
const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
const adapter = { description: "Fake adapter", vendor: "Test", software: true };
let calls = 0;

const BROKEN: Record<string, () => void> = {
  dies() {
    console.error("first line");
    console.error("out of luck");
    Deno.exit(7);
  },
  junk: () => write("Loading WASM module ...\n"),
  endless() {
    while (true) write("x".repeat(1 << 16));
  },
  half: () => write('{"ok":true,"implementation":"half"}\n'),
  hangs() {},
};
if (Object.hasOwn(BROKEN, behaviour)) {
  BROKEN[behaviour]!();
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

await serve({
  hello() {
    if (behaviour === "no-adapter") {
      const error = new Error("Cannot find a GPU adapter:\n none answers");
      error.name = "NoAdapterError";
      throw error;
    }
    const kernels = behaviour === "knows-nothing" ? { kernels: ["test/other"] } : {};
    return {
      implementation: name,
      version: "1.0",
      ...kernels,
      ...(name.startsWith("webgpu") ? { adapter } : {}),
    };
  },
  device: () =>
    Promise.resolve({
      ...{ empty_submit_ms: 0.5, copy_bytes_per_s: 1, flops_per_s: 1, integer_ops_per_s: 2 },
    }),
  methods: () =>
    Promise.resolve([
      { method: "packed", radius: 4, ms: 1.5, auto: true },
      { method: "fft", radius: 4, ms: 20 },
    ]),
  open(kernel, input) {
    if (behaviour === "refuses") throw new RangeError(`Cannot load kernel "${kernel}":\nnot mine`);
    const { values } = input as { values: Float32Array };
    return {
      run() {
        calls++;
        console.log("a library's chatter");
        if (behaviour === "dies-sampling" && calls === 4) Deno.exit(9);
        if (behaviour === "hangs-sampling" && calls === 4) { while (true); }
        if (behaviour === "counts-up") {
          const output = values.map((value) => 2 * value);
          values[0]!++;
          return output;
        }
        const wrong = behaviour === "wrong" || (behaviour === "wrong-later" && calls > 1);
        return values.map((value, i) => 2 * value + (wrong && i === 1 ? 1 : 0));
      },
      ...(name.startsWith("webgpu")
        ? { kernelMs: () => Promise.resolve(behaviour === "no-clock" ? undefined : 0.25) }
        : {}),
    };
  },
});
