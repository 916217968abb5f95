import { join } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import licences from "./licences.txt" with { type: "text" };
import { packageFiles, PACKAGES } from "./packages.ts";
import { runScript } from "./run_script.ts";
import type { ArchiveFile } from "./tar.ts";
import vulkanDeno from "./vulkan_deno.sh" with { type: "text" };
import { walk } from "./walk.ts";

/** Programs from this machine. */
export interface Binaries {
  readonly deno: Uint8Array<ArrayBuffer>;
  readonly vulkanLoader: Uint8Array<ArrayBuffer>;
}

/** The commit that was checked out when the archive was made, in hexadecimal digits; absent where there was none. */
export const COMMIT = "COMMIT";

/** The list of all other files with their SHA-256, as `sha256sum --check` reads it. */
export const MANIFEST = "SHA256SUMS";

const FOLDERS = ["src", "bench", "reference"] as const;
const FILES = ["mod.ts", "LICENSE"] as const;
/** Every command of the command line but the one that packs and the one that compares with another commit. */
const TASKS = Object.entries(config.tasks).filter(([name, { command }]) =>
  name !== "pack" && name !== "gate" && command.endsWith(` src/cli/main.ts ${name}`)
);

/**
 * Collects what runs the tasks without network: sources, the packages they load, Deno, a Vulkan loader, licences and a
 * manifest.
 *
 * Sources, not the output of `deno bundle`. Tried with Deno 2.9.6 on command line and worker: 3.7 MB of JavaScript in 5 s, which starts.
 * But it is experimental and fetches esbuild, so packing would need network; the benchmark's child processes, the peers' Python programs
 * and ITK's and niimath's WebAssembly are found beside the sources and packages, not inside a bundle; and `reproduce` names a stage's code
 * by a hash of its sources. Nor would it save anything: compressed, the sources take 0.40 MB of 33, the bundle 0.56 MB.
 *
 * @param root The project's folder.
 * @param binaries Programs to put in.
 * @param commit Where the sources come from, if that is known; whether they differ from it is not.
 * @returns The files, by path from the archive's own top folder.
 * @throws {Error} If a package is not installed.
 */
export async function archiveFiles(
  root: string,
  binaries: Binaries,
  commit?: string,
): Promise<ArchiveFile[]> {
  const inFolders = await Promise.all(FOLDERS.map(async (folder) => {
    const files = await walk(join(root, folder), (path) => !path.endsWith("__pycache__/"));
    return files.map(({ path, source }) => ({ path: `${folder}/${path}`, source }));
  }));
  const onTop = FILES.map((path) => ({ path, source: join(root, path) }));
  const found = [...inFolders.flat(), ...onTop, ...await packageFiles(root)];
  const tasks = Object.fromEntries(TASKS);
  const files: ArchiveFile[] = [
    ...await Promise.all(
      found.map(async ({ path, source }) => ({ path, data: await Deno.readFile(source) })),
    ),
    { path: "deno/deno", data: binaries.deno, executable: true },
    { path: "vulkan/libvulkan.so.1", data: binaries.vulkanLoader },
    { path: "vulkan/deno", data: bytes(vulkanDeno), executable: true },
    { path: "run", data: bytes(runScript(tasks)), executable: true },
    { path: "deno.json", data: bytes(archiveConfig(tasks)) },
    { path: "LICENCES.txt", data: bytes(licences) },
    ...commit === undefined ? [] : [{ path: COMMIT, data: bytes(`${commit}\n`) }],
  ];
  return [...files, { path: MANIFEST, data: bytes(await manifest(files)) }];
}

/** `deno.json` for what is in the archive: packages as they lie, nothing to be fetched or locked. */
function archiveConfig(tasks: Readonly<Record<string, unknown>>): string {
  const { name, version, license, exports, compilerOptions } = config;
  const shipped = new Set(PACKAGES.map((item) => item.name));
  const imports = Object.fromEntries(
    Object.entries(config.imports).filter(([, to]) => {
      const npm = /^npm:(.+)@/.exec(to)?.[1];
      return npm === undefined || shipped.has(npm);
    }),
  );
  const content = { name, version, license, exports, tasks, nodeModulesDir: "manual" };
  return `${JSON.stringify({ ...content, imports, compilerOptions }, null, 2)}\n`;
}

async function manifest(files: readonly ArchiveFile[]): Promise<string> {
  const lines = await Promise.all(files.map(async ({ path, data }) => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    return [path, `${digest.toHex()}  ${path}\n`] as const;
  }));
  return lines.toSorted(([a], [b]) => a < b ? -1 : 1).map(([, line]) => line).join("");
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
