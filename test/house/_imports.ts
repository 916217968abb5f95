import { dirname, join } from "@std/path";

/** One import of a source file. */
export interface Import {
  /** The file that imports, from the repository's root. */
  readonly from: string;
  /** What is imported: a path from the root, or a package. */
  readonly to: string;
}

/** Floors of the house: an import goes to a lower floor, or to a room on the same one. */
const FLOORS: readonly (readonly string[])[] = [
  ["src/std", "src/files"],
  ["src/gpu", "src/volume", "src/random"],
  ["src/augment", "src/morphology", "src/nn", "src/phantom"],
  ["src/labels", "src/metrics", "src/data", "src/study"],
  ["src/report", "src/train", "src/infer", "src/evaluate"],
  ["src/reproduce", "src/gate", "src/pack", "src/twin", "bench"],
  ["src/cli"],
];

/** Lower rooms that the references may use. */
const REFERENCE_USES = ["src/volume", "src/random", "src/std"];

/** Rooms that may use the benchmark. */
const BENCH_USERS = ["src/reproduce", "src/twin", "src/cli", "bench"];

const STATEMENT = /^(?:import|export)\b([^;"']*?)\bfrom\s+["']([^"']+)["']/gm;
const BARE = /^import\s+["']([^"']+)["']/gm;
const DYNAMIC = /^(?!\s*(?:\/\/|\/?\*)).*?\bimport\(\s*["']([^"']+)["']/gm;

/**
 * Reads the imports of a source file; those of types alone are left out, as they cost nothing at run time. It relies on
 * `deno fmt`: statements begin their line.
 *
 * @param from The file's path from the repository's root, with `/`.
 * @param source Its text.
 * @returns Each import, relative paths resolved.
 */
export function importsOf(from: string, source: string): Import[] {
  const found = [
    ...[...source.matchAll(STATEMENT)].flatMap(([, names, to]) => typesOnly(names!) ? [] : [to!]),
    ...[...source.matchAll(BARE), ...source.matchAll(DYNAMIC)].map(([, to]) => to!),
  ];
  return found.map((to) => ({
    from,
    to: to.startsWith(".") ? join(dirname(from), to).replaceAll("\\", "/") : to,
  }));
}

function typesOnly(names: string): boolean {
  if (/^\s+type\s/.test(names)) return true;
  const list = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1]?.split(",").map((name) => name.trim());
  return list?.every((name) => name === "" || name.startsWith("type ")) ?? false;
}

/**
 * Checks imports against the house's rules.
 *
 * @param imports Those of all files.
 * @returns One line for each that breaks a rule, and one for each pair of rooms that need each other.
 */
export function breaches(imports: readonly Import[]): string[] {
  const lines: string[] = [];
  const uses = new Set<string>();
  for (const { from, to } of imports) {
    const [room, other] = [roomOf(from), roomOf(to)];
    if (!room || !other || room === other) continue;
    const reason = breach(room, other, to);
    if (reason) lines.push(`${from} imports ${to}: ${reason}`);
    uses.add(`${room} ${other}`);
  }
  for (const use of uses) {
    const [room, other] = use.split(" ");
    if (room! < other! && uses.has(`${other} ${room}`)) {
      lines.push(`${room} and ${other} import each other`);
    }
  }
  return lines;
}

function breach(room: string, other: string, to: string): string | undefined {
  if (room === "reference") {
    if (!REFERENCE_USES.includes(other)) return "references use only src/volume and src/random";
  } else if (other === "reference") {
    if (room !== "bench") return "only bench and tests use the references";
  } else {
    if (floorOf(other) > floorOf(room)) return "imports go downward only";
    if (other === "bench" && !BENCH_USERS.includes(room)) {
      return "only src/reproduce, src/twin and src/cli use bench";
    }
  }
  // The references have no door: each is named by the pair it belongs to.
  if (other !== "reference" && to !== `${other}/mod.ts`) {
    return `a room is entered by ${other}/mod.ts`;
  }
}

function roomOf(path: string): string | undefined {
  return /^(src\/[^/]+|bench|reference)\//.exec(path)?.[1];
}

function floorOf(room: string): number {
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  if (floor < 0) {
    throw new RangeError(`Cannot place room "${room}": it stands on no floor in FLOORS`);
  }
  return floor;
}
