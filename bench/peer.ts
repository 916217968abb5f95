import type { BenchImplementation, MethodTime } from "../src/report/bench_schema.ts";
import { LineProgram, type ProgramCommand } from "./_line_program.ts";
import {
  checkDevice,
  checkHello,
  checkLoaded,
  checkMethods,
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
export interface PeerProgram extends ProgramCommand {
  /** Its name in results. */
  readonly name: BenchImplementation;
}

/** How long a peer may take to answer, by request, ms. */
export type Patience = Readonly<Record<Request["op"], number>>;

/** Minutes where a shader or a WASM module may have to be compiled on a slow machine, else less. */
export const PATIENCE: Patience = {
  hello: 120_000,
  device: 120_000,
  methods: 300_000,
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
  readonly #program: LineProgram;
  readonly #patience: Patience;
  readonly #signal: AbortSignal | undefined;
  #dead: PeerError | undefined;

  private constructor(program: PeerProgram, patience: Patience, signal?: AbortSignal) {
    this.name = program.name;
    this.#program = start(program, signal);
    this.#patience = patience;
    this.#signal = signal;
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
    const peer = new Peer(program, patience, signal);
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

  /** @returns How long each of its methods of dilation takes. */
  async methods(): Promise<MethodTime[]> {
    return await this.#ask({ op: "methods" }, checkMethods);
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
    if (this.alive) {
      try {
        await this.#ask({ op: "quit" }, () => {});
        await this.#program.end(this.#patience.quit);
      } catch {
        // It is ended below, whatever it said.
      }
    }
    await this.#program[Symbol.asyncDispose]();
  }

  async #ask<T>(request: Request, check: (fields: Record<string, unknown>) => T): Promise<T> {
    this.#signal?.throwIfAborted();
    if (this.#dead) throw this.#dead;
    const { op } = request;
    let refusal: PeerError | undefined;
    try {
      const fields = parseReply(await this.#program.ask(request, this.#patience[op]));
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
      this.#program.kill();
      throw this.#dead;
    }
    throw refusal;
  }
}

function start(program: PeerProgram, signal?: AbortSignal): LineProgram {
  try {
    return new LineProgram(program, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new PeerError(program.name, (error as Error).message);
  }
}
