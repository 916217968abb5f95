import type { BenchImplementation } from "../src/report/schema.ts";
import { lines } from "./_lines.ts";
import { within } from "./_within.ts";
import {
  checkDevice,
  checkHello,
  checkLoaded,
  checkOutput,
  checkSample,
  type Device,
  type Hello,
  type Loaded,
  type Output,
  parseReply,
  type Request,
  type Sample,
} from "./protocol.ts";

/** A program that speaks the line protocol. */
export interface PeerProgram {
  /** Its name in results. */
  readonly name: BenchImplementation;
  /** What to start: a name on PATH or a path. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** How long a peer may take to answer, by request, ms. */
export type Patience = Readonly<Record<Request["op"], number>>;

/** Minutes where a shader or a WASM module may have to be compiled on a slow machine, else less. */
export const PATIENCE: Patience = {
  hello: 120_000,
  device: 120_000,
  load: 300_000,
  sample: 120_000,
  output: 60_000,
  quit: 2_000,
};

/** A peer did not do what it was asked. */
export class PeerError extends Error {
  override readonly name = "PeerError";
  /** The implementation. */
  readonly peer: BenchImplementation;
  /** What happened, without its name. */
  readonly reason: string;
  /** The class of the error inside the peer, if it told. */
  readonly kind: string | undefined;

  /**
   * @param peer The implementation.
   * @param reason What happened, one line.
   * @param kind The class of the error inside the peer.
   */
  constructor(peer: BenchImplementation, reason: string, kind?: string) {
    super(`Cannot measure ${peer}: ${reason}`);
    this.peer = peer;
    this.reason = reason;
    this.kind = kind;
  }
}

/**
 * A running program under measurement. Whatever goes wrong with it, a death, a line that is no reply, a silence, ends it and is one
 * {@linkcode PeerError}; a request it refuses is one too, but leaves it running. Dispose of it to end it.
 */
export class Peer implements AsyncDisposable {
  /** The implementation's name. */
  readonly name: BenchImplementation;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #replies: AsyncGenerator<string>;
  readonly #patience: Patience;
  readonly #stderr: Promise<void>;
  readonly #onAbort: () => void;
  readonly #signal: AbortSignal | undefined;
  #lastWords = "";
  #dead: PeerError | undefined;

  private constructor(
    program: PeerProgram,
    child: Deno.ChildProcess,
    patience: Patience,
    signal?: AbortSignal,
  ) {
    this.name = program.name;
    this.#child = child;
    this.#patience = patience;
    this.#writer = child.stdin.getWriter();
    this.#replies = lines(child.stdout);
    this.#stderr = this.#listen();
    this.#signal = signal;
    this.#onAbort = () => this.#kill();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /**
   * Starts a program and greets it.
   *
   * @param program What to start.
   * @param options How long to wait for its answers, and what ends it early.
   * @returns The peer and its greeting.
   * @throws {PeerError} If it does not start or does not speak the protocol.
   */
  static async start(
    program: PeerProgram,
    options: { readonly patience?: Patience; readonly signal?: AbortSignal } = {},
  ): Promise<{ peer: Peer; hello: Hello }> {
    const { patience = PATIENCE, signal } = options;
    signal?.throwIfAborted();
    const peer = new Peer(program, spawn(program), patience, signal);
    try {
      return { peer, hello: await peer.#ask({ op: "hello" }, checkHello) };
    } catch (error) {
      await peer[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** False once it has ended. */
  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** @returns What its adapter can do. */
  async device(): Promise<Device> {
    return await this.#ask({ op: "device" }, checkDevice);
  }

  /**
   * Loads a case and computes it once.
   *
   * @param kernel `suite/name`.
   * @param dir The case's folder.
   * @returns The time of the first call.
   */
  async load(kernel: string, dir: string): Promise<Loaded> {
    return await this.#ask({ op: "load", kernel, dir }, checkLoaded);
  }

  /** @returns One sample of the loaded case. */
  async sample(): Promise<Sample> {
    return await this.#ask({ op: "sample" }, checkSample);
  }

  /**
   * Has the last output written.
   *
   * @param file Where.
   * @returns What the file holds.
   */
  async output(file: string): Promise<Output> {
    return await this.#ask({ op: "output", file }, checkOutput);
  }

  /** Ends the program: asked first, then killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (this.alive) {
      try {
        await this.#ask({ op: "quit" }, () => {});
        await within(this.#patience.quit, this.#child.status);
      } catch {
        // It is ended below, whatever it said.
      }
    }
    this.#kill();
    await this.#child.status;
    await this.#writer.abort().catch(() => {});
    await this.#replies.return(undefined);
    await this.#stderr;
  }

  async #ask<T>(request: Request, check: (fields: Record<string, unknown>) => T): Promise<T> {
    this.#signal?.throwIfAborted();
    if (this.#dead) throw this.#dead;
    const { op } = request;
    const patience = this.#patience[op];
    let refusal: PeerError | undefined;
    try {
      const line = await within(patience, this.#exchange(request));
      if (line === "late") {
        throw new Error(`no answer to "${op}" within ${patience / 1000} s; it was ended`);
      }
      if (line.done) throw new Error(await this.#obituary(op));
      const fields = parseReply(line.value);
      if (fields.ok) return check(fields);
      const { error, kind } = fields as { error?: unknown; kind?: unknown };
      refusal = new PeerError(
        this.name,
        String(error ?? `it refused "${op}" without a reason`),
        typeof kind === "string" ? kind : undefined,
      );
    } catch (error) {
      this.#signal?.throwIfAborted();
      this.#dead = new PeerError(this.name, (error as Error).message);
      this.#kill();
      throw this.#dead;
    }
    throw refusal;
  }

  async #exchange(request: Request): Promise<IteratorResult<string>> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
    // A program that has ended cannot be written to; reading tells why.
    await this.#writer.write(bytes).catch(() => {});
    return await this.#replies.next();
  }

  async #obituary(op: string): Promise<string> {
    // A program may close its output and live on: then it has no exit code to tell.
    const status = await within(1_000, this.#child.status);
    this.#kill();
    await within(1_000, this.#stderr);
    const how = status === "late"
      ? "it closed its output"
      : status.signal
      ? `it was ended by ${status.signal}`
      : `it ended with code ${status.code}`;
    return `${how} on "${op}"${this.#lastWords ? `: ${this.#lastWords}` : ", saying nothing"}`;
  }

  async #listen(): Promise<void> {
    try {
      for await (const line of lines(this.#child.stderr)) {
        if (line.trim() !== "") this.#lastWords = line.trim();
      }
    } catch {
      // Only the last line matters; a line without an end is not one.
    }
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}

function spawn({ name, command, args }: PeerProgram): Deno.ChildProcess {
  try {
    return new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? `there is no program ${command} on this machine`
      : (error as Error).message;
    throw new PeerError(name, reason);
  }
}
