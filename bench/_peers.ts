import type { BenchImplementation } from "../src/report/bench_schema.ts";
import { IMPLEMENTATIONS } from "./implementations.ts";
import { type Patience, Peer, PeerError, type PeerProgram } from "./peer.ts";
import type { Hello } from "./protocol.ts";

/** A peer that answers, and how it introduced itself. */
export interface Greeted {
  readonly peer: Peer;
  readonly hello: Hello;
}

/** The programs of one benchmark: started when first wanted, started anew after a death, never again if they did not start. */
export class Peers implements AsyncDisposable {
  readonly #programs: ReadonlyMap<BenchImplementation, PeerProgram>;
  readonly #options: { readonly patience?: Patience; readonly signal?: AbortSignal };
  readonly #running = new Map<BenchImplementation, Greeted>();
  readonly #failed = new Map<BenchImplementation, PeerError>();

  /**
   * @param programs What can be started.
   * @param options How long to wait for answers, and what ends all of them.
   */
  constructor(
    programs: readonly PeerProgram[],
    options: { readonly patience?: Patience; readonly signal?: AbortSignal },
  ) {
    this.#programs = new Map(programs.map((program) => [program.name, program]));
    this.#options = options;
  }

  /** The programs that are not the project's own. */
  get natives(): BenchImplementation[] {
    const own: readonly BenchImplementation[] = IMPLEMENTATIONS;
    return [...this.#programs.keys()].filter((name) => !own.includes(name));
  }

  /** What every program that has started so far said of itself. */
  get hellos(): Hello[] {
    return [...this.#running.values()].map(({ hello }) => hello);
  }

  /**
   * A running peer.
   *
   * @param name The implementation.
   * @returns The peer.
   * @throws {PeerError} If it cannot be started.
   */
  async get(name: BenchImplementation): Promise<Greeted> {
    const running = this.#running.get(name);
    if (running?.peer.alive) return running;
    const failed = this.#failed.get(name);
    if (failed) throw failed;
    await running?.peer[Symbol.asyncDispose]();
    const program = this.#programs.get(name);
    if (!program) throw new PeerError(name, "no program of that name is set up");
    try {
      const greeted = await Peer.start(program, this.#options);
      this.#running.set(name, greeted);
      return greeted;
    } catch (error) {
      if (error instanceof PeerError) this.#failed.set(name, error);
      throw error;
    }
  }

  /** Ends all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#running.values()].map(({ peer }) => peer[Symbol.asyncDispose]()),
    );
  }
}
