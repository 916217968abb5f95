import { lines } from "./_lines.ts";
import { dtypeOf, writeRaw } from "./_raw.ts";
import { inputCopies } from "./_rotation.ts";
import { readCase } from "./case_files.ts";
import { flat, type Output } from "./pairs/pair.ts";
import type { MethodTime } from "../src/report/bench_schema.ts";
import type { Device, Hello, Request } from "./protocol.ts";

/** A kernel with its input, ready to be computed any number of times. */
export interface Runner {
  /**
   * Computes from host input to host output; this is what is timed. Nothing of an earlier run's input or output may be kept for it.
   *
   * @returns The output.
   */
  run(): Promise<Output> | Output;
  /**
   * Computes once more under the GPU's own clock.
   *
   * @returns Time of the kernels, ms; undefined where the adapter has no clock.
   */
  kernelMs?(): Promise<number | undefined>;
}

/** What a program under measurement can do. */
export interface Implementation {
  /** @returns Who answers. */
  hello(): Promise<Hello> | Hello;
  /** @returns What its adapter can do, if it has one. */
  device?(): Promise<Device>;
  /** @returns How long each method of dilation takes, if it has them. */
  methods?(): Promise<readonly MethodTime[]>;
  /**
   * Prepares a kernel without computing it.
   *
   * @param kernel `suite/name`.
   * @param input The case's input.
   * @returns What to run.
   */
  open(kernel: string, input: object): Runner;
}

/**
 * Answers the benchmark's requests on standard input and output until `quit` or the end of input. Meanwhile everything that code
 * prints through `console` or `process.stdout` goes to standard error, so that a talkative library cannot break the protocol.
 *
 * A loaded case is held several times over and its copies are computed in turn, so that no sample finds its input in a cache that the
 * sample before it warmed.
 *
 * @param implementation What to measure.
 */
export async function serve(implementation: Implementation): Promise<void> {
  printToStderr();
  const session = new Session(implementation);
  for await (const line of lines(Deno.stdin.readable)) {
    const request = parseRequest(line);
    reply(
      request === undefined
        ? { ok: false, error: `Cannot answer: not a request: ${line.slice(0, 80)}` }
        : await session.answer(request),
    );
    if (request?.op === "quit") break;
  }
}

class Session {
  readonly #implementation: Implementation;
  /** One per copy of the loaded input; the first is the one whose turn it is. */
  #runners: Runner[] = [];
  #output: Output | undefined;

  constructor(implementation: Implementation) {
    this.#implementation = implementation;
  }

  async answer(request: Request): Promise<object> {
    try {
      return { ok: true, ...await this.#answer(request) };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      console.error(error.stack ?? error.message);
      return { ok: false, error: error.message.replaceAll(/\s+/g, " ").trim(), kind: error.name };
    }
  }

  async #answer(request: Request): Promise<object> {
    switch (request.op) {
      case "hello":
        return await this.#implementation.hello();
      case "device": {
        if (this.#implementation.device) return await this.#implementation.device();
        throw new TypeError("Cannot describe the device: this program has none");
      }
      case "methods": {
        if (this.#implementation.methods) {
          return { methods: await this.#implementation.methods() };
        }
        throw new TypeError("Cannot time methods of dilation: this program has none");
      }
      case "load": {
        this.#runners = [];
        this.#output = undefined;
        const runners = inputCopies(await readCase(request.dir)).map((input) =>
          this.#implementation.open(request.kernel, input)
        );
        const ms = await this.#time(runners[0]!);
        this.#runners = [...runners.slice(1), runners[0]!];
        return { first_call_ms: ms };
      }
      case "sample": {
        const runner = this.#runners.shift();
        if (!runner) throw new TypeError("Cannot sample: no case is loaded");
        this.#runners.push(runner);
        const ms = await this.#time(runner);
        const kernelMs = await runner.kernelMs?.();
        return kernelMs === undefined ? { ms } : { ms, kernel_ms: kernelMs };
      }
      case "output": {
        if (!this.#output) throw new TypeError("Cannot write an output: no case is loaded");
        const output = flat(this.#output);
        await writeRaw(request.file, output);
        return { dtype: dtypeOf(output), length: output.length };
      }
      case "quit":
        return {};
      default:
        throw new TypeError(`Cannot answer: unknown request "${(request as { op: unknown }).op}"`);
    }
  }

  async #time(runner: Runner): Promise<number> {
    const start = performance.now();
    this.#output = await runner.run();
    return performance.now() - start;
  }
}

function parseRequest(line: string): Request | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null ? value as Request : undefined;
  } catch {
    return undefined;
  }
}

function reply(message: object): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
  for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
}

function printToStderr(): void {
  console.log = console.error;
  console.info = console.error;
  console.debug = console.error;
  // Emscripten's Node builds print through Node's stream when they find one.
  const { process } = globalThis as { process?: { stdout: unknown; stderr: unknown } };
  if (process) Object.defineProperty(process, "stdout", { get: () => process.stderr });
}
