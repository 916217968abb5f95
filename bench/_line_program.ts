import { lines } from "./_lines.ts";
import { within } from "./_within.ts";

/** What to start: a name on PATH or a path, and arguments. */
export interface ProgramCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Lines on standard error that are kept: a stack and what stands above it. */
const KEPT_LINES = 50;

/**
 * A running program that answers each line on its standard input by one on its standard output. Whatever goes wrong with it, a death, a
 * silence, ends it. Dispose of it to end it.
 */
export class LineProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #replies: AsyncGenerator<string>;
  readonly #stderr: Promise<void>;
  readonly #onAbort: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #lastWords: string[] = [];

  /**
   * Starts it.
   *
   * @param command What to start.
   * @param signal Kills it.
   * @throws {Error} If it cannot be started; one line says why.
   */
  constructor(command: ProgramCommand, signal?: AbortSignal) {
    signal?.throwIfAborted();
    this.#child = spawn(command);
    this.#writer = this.#child.stdin.getWriter();
    this.#replies = lines(this.#child.stdout);
    this.#stderr = this.#listen();
    this.#signal = signal;
    this.#onAbort = () => this.kill();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /**
   * Sends a line and waits for the answer.
   *
   * @param request What to send, as JSON, and its name.
   * @param patience How long to wait, ms; for ever if absent.
   * @returns The answer.
   * @throws {Error} If there is none; one line says why.
   */
  async ask(request: { readonly op: string }, patience?: number): Promise<string> {
    const { op } = request;
    const exchange = this.#exchange(request);
    const line = patience === undefined ? await exchange : await within(patience, exchange);
    if (line === "late") {
      throw new Error(`no answer to "${op}" within ${patience! / 1000} s; it was ended`);
    }
    if (line.done) throw new Error(await this.#obituary(op));
    return line.value;
  }

  /**
   * Waits for its end.
   *
   * @param patience How long, ms.
   */
  async end(patience: number): Promise<void> {
    await within(patience, this.#child.status);
  }

  /** Ends it at once. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  /** Ends it and waits until nothing of it is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.kill();
    await this.#child.status;
    await this.#writer.abort().catch(() => {});
    await this.#replies.return(undefined);
    await this.#stderr;
  }

  async #exchange(request: object): Promise<IteratorResult<string>> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
    // A program that has ended cannot be written to; reading tells why.
    await this.#writer.write(bytes).catch(() => {});
    return await this.#replies.next();
  }

  async #obituary(op: string): Promise<string> {
    // A program may close its output and live on: then it has no exit code to tell.
    const status = await within(1_000, this.#child.status);
    this.kill();
    await within(1_000, this.#stderr);
    const how = status === "late"
      ? "it closed its output"
      : status.signal
      ? `it was ended by ${status.signal}`
      : `it ended with code ${status.code}`;
    const words = complaintOf(this.#lastWords);
    return `${how} on "${op}"${words === undefined ? ", saying nothing" : `: ${words}`}`;
  }

  async #listen(): Promise<void> {
    try {
      for await (const line of lines(this.#child.stderr)) {
        if (line.trim() === "") continue;
        this.#lastWords.push(line);
        if (this.#lastWords.length > KEPT_LINES) this.#lastWords.shift();
      }
    } catch {
      // Only the last lines matter; a line without an end is not one.
    }
  }
}

/**
 * What a program that died complained of: its last line that names an error, as those after it are a stack or hints of its runtime; else
 * the last line that is not indented, as a stack is.
 *
 * @param lines Its last lines on standard error, in order, none of them blank.
 * @returns One line, or undefined if there are none.
 */
export function complaintOf(lines: readonly string[]): string | undefined {
  const error = lines.findLast((line) =>
    /^(error|\w*(Error|Exception))\b.*:|^thread .* panicked/.test(line)
  );
  const words = error ?? lines.findLast((line) => !/^\s/.test(line)) ?? lines.at(-1);
  return words?.trim();
}

function spawn({ command, args }: ProgramCommand): Deno.ChildProcess {
  try {
    return new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? `there is no program ${command} on this machine`
      : (cause as Error).message;
    throw new Error(reason, { cause });
  }
}
