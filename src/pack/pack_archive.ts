import { basename, dirname, fromFileUrl, join } from "@std/path";
import { compressXz } from "./compress.ts";
import { archiveFiles } from "./contents.ts";
import { encodeTar } from "./tar.ts";

/** What was packed. */
export interface Packed {
  /** Of the archive. */
  readonly bytes: number;
  /** How many files are in it. */
  readonly files: number;
}

/** The archive's one folder. */
const TOP = "ct-organ-webgpu";

/** What the hosts it is for can load or unpack in a moment; more is a mistake in what was put in. */
const MOST_BYTES = 60_000_000;

const LOADERS = [
  "/usr/lib/x86_64-linux-gnu/libvulkan.so.1",
  "/usr/lib64/libvulkan.so.1",
  "/usr/lib/libvulkan.so.1",
];

/**
 * Packs the project for x86-64 Linux hosts without network: `tar.xz`, the same bytes for the same files and compressor. It is
 * written beside its place, then renamed.
 *
 * @param path The archive to write.
 * @param options The commit that is packed, what stops the work, and who is told what is being done.
 * @returns Its size.
 * @throws {Error} If this machine's Deno or Vulkan loader is not one for x86-64 Linux, a package is not installed, nothing
 * here compresses, or the archive is too large.
 */
export async function packArchive(
  path: string,
  { commit, signal, onStage }: {
    readonly commit?: string | undefined;
    readonly signal?: AbortSignal;
    readonly onStage?: (stage: string) => void;
  } = {},
): Promise<Packed> {
  onStage?.("Collect the files");
  const root = fromFileUrl(new URL("../../", import.meta.url));
  const files = await archiveFiles(root, {
    deno: await readDeno(),
    vulkanLoader: await readLoader(),
  }, commit);
  signal?.throwIfAborted();
  const tar = encodeTar(files.map((file) => ({ ...file, path: `${TOP}/${file.path}` })));
  onStage?.("Compress, about a minute");
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  try {
    await compressXz(tar, temporary, signal ? { signal } : {});
    const { size } = await Deno.stat(temporary);
    if (size >= MOST_BYTES) {
      throw new Error(`Cannot pack: the archive has ${size} bytes, ${MOST_BYTES} are the most`);
    }
    await Deno.rename(temporary, path);
    return { bytes: size, files: files.length };
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

async function readDeno(): Promise<Uint8Array<ArrayBuffer>> {
  const { target } = Deno.build;
  if (target !== "x86_64-unknown-linux-gnu") {
    throw new Error(`Cannot pack: this Deno is for ${target}; pack on x86-64 Linux with glibc`);
  }
  const path = Deno.execPath();
  const data = await Deno.readFile(path);
  if (!isProgram(data)) throw new Error(`Cannot pack: "${path}" is no x86-64 Linux program`);
  return data;
}

async function readLoader(): Promise<Uint8Array<ArrayBuffer>> {
  for (const path of LOADERS) {
    try {
      const data = await Deno.readFile(path);
      if (isProgram(data)) return data;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(
    "Cannot pack: no Vulkan loader (libvulkan.so.1) for x86-64 is here; on Debian: apt-get install libvulkan1",
  );
}

/** The ELF header: magic, 64 bits, little-endian, and machine 62. */
function isProgram(data: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46, 2, 1].every((byte, i) => data[i] === byte) && data[18] === 62;
}
