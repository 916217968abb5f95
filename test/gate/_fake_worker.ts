/**
 * Stands in for `bench/worker.ts` in a throwaway repository: speaks the line protocol, takes `FACTOR` x 10 ms a sample with made-up noise
 * and computes zeros. It imports nothing, since it runs from another checkout.
 *
 * @module
 */
const FACTOR: number = 1;

let samples = 0;
const reply = (message: object) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const { op, file, kernel } = JSON.parse(line);
    switch (op) {
      case "hello":
        reply({
          ...{ ok: true, implementation: "webgpu", version: "1" },
          adapter: { description: "Fake adapter", vendor: "Test", software: true },
        });
        break;
      case "load":
        // Only the slow version knows this kernel, as if it were new.
        if (kernel === "random/normal" && FACTOR === 1) {
          reply({ ok: false, error: "Cannot load kernel: unknown", kind: "RangeError" });
        } else reply({ ok: true, first_call_ms: 1 });
        break;
      case "sample":
        samples++;
        reply({ ok: true, ms: FACTOR * 10 * (1 + (samples * 7919 % 101) / 5000) });
        break;
      case "output":
        await Deno.writeFile(file, new Uint8Array(4));
        reply({ ok: true, dtype: "uint8", length: 4 });
        break;
      default:
        reply({ ok: true });
        if (op === "quit") Deno.exit(0);
    }
  }
}
