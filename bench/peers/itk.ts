import { fromFileUrl } from "@std/path";
import { isUnstartable } from "./python.ts";

const SOURCES = new URL("itk/", import.meta.url);
const FOLDER = new URL("../../.peers/", import.meta.url);
const COMPILER = "/usr/bin/g++";
const LIBRARIES = [
  "ITKCommon",
  "ITKStatistics",
  "ITKTransform",
  "itksys",
  "itkv3p_netlib",
  "itkvnl",
  "itkvnl_algo",
];
const NOT_INSTALLED = "not installed: apt-get install g++ libinsighttoolkit5-dev";

/** The native ITK peer, where it is built. */
export const ITK_PROGRAM: string = fromFileUrl(new URL("itk_peer", FOLDER));

/** The program, ready to be started, or in one line why there is none. */
export type BuiltItk = { readonly command: string } | { readonly reason: string };

/**
 * Builds the native ITK peer into `.peers/` if it is not there or older than its source. Needs Debian's ITK 5 headers and g++; no CMake,
 * because the package's CMake files fail where tools that it merely recommends are absent.
 *
 * @param options What is told before a build, which takes some 10 s, and what ends it.
 * @returns The program or the reason.
 */
export async function buildItk(
  options: { readonly onStep?: (text: string) => void; readonly signal?: AbortSignal } = {},
): Promise<BuiltItk> {
  const { onStep, signal } = options;
  const version = await itkVersion();
  if (version === undefined || await modified(COMPILER) === undefined) {
    return { reason: NOT_INSTALLED };
  }
  if (await isItkBuilt()) return { command: ITK_PROGRAM };
  onStep?.(`compiling the ITK ${version} peer (once)`);
  try {
    await Deno.mkdir(FOLDER, { recursive: true });
    const { success, stderr } = await new Deno.Command(COMPILER, {
      args: [
        "-std=c++17",
        "-O3",
        "-DNDEBUG",
        `-I/usr/include/ITK-${version}`,
        fromFileUrl(new URL("itk_peer.cpp", SOURCES)),
        // By the compiler's own hand: Deno lets no process write what it may start.
        "-o",
        ITK_PROGRAM,
        ...LIBRARIES.map((name) => `-l${name}-${version}`),
      ],
      stdin: "null",
      stdout: "null",
      ...(signal ? { signal } : {}),
    }).output();
    signal?.throwIfAborted();
    if (!success) return { reason: `it does not compile: ${complaint(stderr)}` };
    return { command: ITK_PROGRAM };
  } catch (error) {
    if (isUnstartable(error)) return { reason: `cannot compile: ${(error as Error).message}` };
    throw error;
  }
}

/** The newest ITK 5 whose headers lie where Debian puts them. */
async function itkVersion(): Promise<string | undefined> {
  const versions: string[] = [];
  try {
    for await (const { name } of Deno.readDir("/usr/include")) {
      const version = /^ITK-(5\.\d+)$/.exec(name)?.[1];
      if (version !== undefined) versions.push(version);
    }
  } catch (error) {
    if (!isUnstartable(error)) throw error;
  }
  return versions.sort((a, b) => Number(a.slice(2)) - Number(b.slice(2))).at(-1);
}

/**
 * Whether native ITK can be measured here, without building anything.
 *
 * @returns What there is, or in one line what is missing.
 */
export async function itkState(): Promise<
  { readonly found: string } | { readonly reason: string }
> {
  const version = await itkVersion();
  if (version === undefined || await modified(COMPILER) === undefined) {
    return { reason: NOT_INSTALLED };
  }
  return { found: await isItkBuilt() ? `ITK ${version}` : `ITK ${version}, compiled at first use` };
}

/**
 * Whether the native ITK peer is there and no older than its source.
 *
 * @returns True if so.
 */
export async function isItkBuilt(): Promise<boolean> {
  const built = await modified(ITK_PROGRAM);
  if (built === undefined) return false;
  for await (const { name } of Deno.readDir(SOURCES)) {
    if ((await modified(fromFileUrl(new URL(name, SOURCES))))! > built) return false;
  }
  return true;
}

/** When a file was written, or undefined if there is none. */
async function modified(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).mtime?.getTime() ?? 0;
  } catch {
    return undefined;
  }
}

/** A compiler's first error, or whatever it said last. */
function complaint(stderr: Uint8Array): string {
  const lines = new TextDecoder().decode(stderr).split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /\berror\b/.test(line)) ?? lines.at(-1) ??
    "the compiler says nothing";
}
