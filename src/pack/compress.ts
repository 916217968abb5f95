/** A program that writes xz on stdout. */
export interface Compressor {
  readonly command: string;
  readonly args: readonly string[];
}

const PYTHON = `import lzma, sys
with lzma.open(sys.stdout.buffer, "wb", preset=6) as out:
    while block := sys.stdin.buffer.read(1 << 20):
        out.write(block)
`;

const COMPRESSORS: readonly Compressor[] = [
  // More threads would cut the stream into blocks, and their number would change the bytes.
  { command: "xz", args: ["--stdout", "-6", "-T1"] },
  { command: "python3", args: ["-c", PYTHON] },
];

/**
 * Compresses to a file in the format xz, with the program `xz` or, where it is absent, with Python's `lzma`.
 *
 * @param pieces What to compress.
 * @param path The file to write.
 * @param options The programs to try, in order, and what stops the work.
 * @throws {Error} If no program is there, or the one that is fails.
 */
export async function compressXz(
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
  path: string,
  { compressors = COMPRESSORS, signal }: {
    readonly compressors?: readonly Compressor[];
    readonly signal?: AbortSignal;
  } = {},
): Promise<void> {
  const { child, command } = start(compressors, signal);
  const file = await Deno.create(path);
  const complaints = new Response(child.stderr).text();
  // A program that ends early closes its stdin; its exit code then says more than the broken pipe.
  const fed = ReadableStream.from(pieces).pipeTo(child.stdin).catch(() => {});
  await child.stdout.pipeTo(file.writable);
  await fed;
  const { success } = await child.status;
  signal?.throwIfAborted();
  if (!success) {
    const why = (await complaints).trim().split("\n").at(-1);
    throw new Error(`Cannot compress "${path}": ${command} failed: ${why}`);
  }
  await complaints;
}

function start(compressors: readonly Compressor[], signal: AbortSignal | undefined) {
  for (const { command, args } of compressors) {
    try {
      const child = new Deno.Command(command, {
        args: [...args],
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        ...(signal ? { signal } : {}),
      }).spawn();
      return { child, command };
    } catch (error) {
      // A permission by name covers no program that is absent.
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
        continue;
      }
      throw error;
    }
  }
  const names = compressors.map(({ command }) => command).join(" nor ");
  throw new Error(`Cannot compress: neither ${names} can be started; install xz-utils`);
}
