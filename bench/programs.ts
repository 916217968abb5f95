import { fromFileUrl } from "@std/path";
import { IMPLEMENTATIONS, isOnGpu } from "./implementations.ts";
import type { ImplementationName } from "./pairs/pair.ts";
import type { PeerProgram } from "./peer.ts";

/** References that load WebAssembly from the installed packages while they run. */
const READ_PACKAGES: readonly ImplementationName[] = ["itk-wasm", "niimath"];

/**
 * The project's own implementations as programs: children of Deno with the least permissions each. All read and write the folder of the
 * cases and nothing else, but for the WASM references, which read the installed packages too.
 *
 * @param options The folder in which cases and outputs lie, and which adapter the GPU side takes.
 * @returns One program per implementation, the GPU first.
 */
export function ownPrograms(
  options: { readonly dir: string; readonly adapter?: string },
): PeerProgram[] {
  const root = fromFileUrl(new URL("../", import.meta.url));
  return IMPLEMENTATIONS.map((name) => {
    const readable = READ_PACKAGES.includes(name)
      ? [options.dir, `${root}node_modules`]
      : [options.dir];
    const adapter = isOnGpu(name) && options.adapter !== undefined
      ? ["--adapter", options.adapter]
      : [];
    return {
      name,
      command: denoCommand(),
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--cached-only",
        `--config=${root}deno.json`,
        `--allow-read=${readable.map(escapeComma).join(",")}`,
        `--allow-write=${escapeComma(options.dir)}`,
        `${root}bench/worker.ts`,
        "--implementation",
        name,
        ...adapter,
      ],
    };
  });
}

/**
 * How to start another Deno: by its path where that is allowed, else by its name, which `--allow-run=deno` covers whichever way
 * Deno got onto PATH (npm's package puts a link there whose target has another path).
 *
 * @returns A command.
 */
export function denoCommand(): string {
  const path = Deno.execPath();
  const { state } = Deno.permissions.querySync({ name: "run", command: path });
  return state === "granted" ? path : "deno";
}

/** Deno takes two commas in a list of paths for one that belongs to a path. */
function escapeComma(path: string): string {
  return path.replaceAll(",", ",,");
}
