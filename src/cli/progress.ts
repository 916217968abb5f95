/** Says on stderr what is being done. Results go to stdout, so that they can be piped. */
export interface Progress extends Disposable {
  /** True if what it says is wiped by what it says next; else each is a line of its own, and few are wanted. */
  readonly live: boolean;
  /**
   * Names what begins now.
   *
   * @param text One short line.
   */
  stage(text: string): void;
}

/** The part of a stream that progress needs. */
export interface ProgressStream {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/**
 * Opens progress: on a terminal one live line that is wiped at the end, else one line a stage.
 *
 * @param stream Where to write, e.g. `Deno.stderr`.
 * @returns The progress; dispose of it before writing anything else to the stream.
 */
export function openProgress(stream: ProgressStream): Progress {
  const live = stream.isTerminal();
  const encoder = new TextEncoder();
  const write = (text: string) => stream.writeSync(encoder.encode(text));
  let shown = "";
  return {
    live,
    stage(text) {
      if (text === shown) return;
      shown = text;
      write(live ? `\r\x1b[2K${text}` : `${text}\n`);
    },
    [Symbol.dispose]() {
      if (live && shown) write("\r\x1b[2K");
      shown = "";
    },
  };
}
