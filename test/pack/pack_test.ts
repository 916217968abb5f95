import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import { createHash } from "node:crypto";
import config from "../../deno.json" with { type: "json" };
import {
  type ArchiveFile,
  archiveFiles,
  COMMIT,
  compressXz,
  encodeTar,
  MANIFEST,
  PACKAGES,
} from "../../src/pack/mod.ts";
import { testUnless } from "../_skip.ts";
import { importsOf } from "../house/_imports.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const sha256 = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

async function python(script: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: ["-c", script, ...args],
  }).output();
  assert(success, text(stderr));
  return text(stdout);
}

/** Why nothing here can be compared with Python; undefined where it can. */
const noPython = await python("import lzma, tarfile").then(
  () => undefined,
  () => "no python3 with lzma; apt-get install python3",
);

const LONG = `node_modules/${"a".repeat(60)}/${"b".repeat(60)}/c.js`;
const FILES: ArchiveFile[] = [
  { path: "z/run", data: bytes("#!/bin/sh\n"), executable: true },
  { path: "a.txt", data: bytes("x".repeat(512)) },
  { path: LONG, data: new Uint8Array() },
];

testUnless("encodeTar() writes what Python's tarfile reads", noPython, async () => {
  const path = await Deno.makeTempFile({ suffix: ".tar" });
  await Deno.writeFile(path, await new Blob(encodeTar(FILES)).bytes());
  const list = `import json, sys, tarfile
with tarfile.open(sys.argv[1]) as tar:
    print(json.dumps([[m.name, m.mode, m.uid, m.mtime, tar.extractfile(m).read().decode()] for m in tar]))
`;
  // 2000-01-01 in seconds since 1970: 30 years, 7 of them leap years, of 86 400 s a day.
  const time = (30 * 365 + 7) * 86400;
  assertEquals(JSON.parse(await python(list, path)), [
    ["a.txt", 0o644, 0, time, "x".repeat(512)],
    [LONG, 0o644, 0, time, ""],
    ["z/run", 0o755, 0, time, "#!/bin/sh\n"],
  ]);
});

Deno.test("encodeTar() writes the same bytes in whatever order files come", async () => {
  const [one, other] = await Promise.all(
    [FILES, FILES.toReversed()].map((files) => new Blob(encodeTar(files)).bytes()),
  );
  assertEquals(one, other);
});

for (
  const [why, path] of [["not ASCII", "knæ.ts"], ["too long", "x".repeat(101)], [
    "there twice",
    "a.txt",
  ]] as const
) {
  Deno.test(`encodeTar() refuses a path that is ${why}`, () => {
    const files = [...FILES, { path, data: new Uint8Array() }];
    assertThrows(() => encodeTar(files), RangeError, why);
  });
}

testUnless("compressXz() writes what Python's lzma reads", noPython, async () => {
  const path = await Deno.makeTempFile({ suffix: ".xz" });
  const compressors = [
    { command: "no-such-program", args: [] },
    {
      command: "python3",
      args: [
        "-c",
        "import lzma,sys; sys.stdout.buffer.write(lzma.compress(sys.stdin.buffer.read()))",
      ],
    },
  ];
  const pieces = [bytes("one "), bytes("two")];
  await compressXz(pieces, path, { compressors });
  const read = "import lzma, sys; print(lzma.open(sys.argv[1]).read().decode())";
  assertEquals(await python(read, path), "one two\n");
  await compressXz(pieces, path);
  assertEquals(await python(read, path), "one two\n");
});

testUnless("compressXz() tells why a program failed", noPython, async () => {
  const path = await Deno.makeTempFile();
  const compressors = [{ command: "python3", args: ["-c", "raise SystemExit('disk is full')"] }];
  const large = [new Uint8Array(1 << 20)];
  await assertRejects(
    () => compressXz(large, path, { compressors }),
    Error,
    "python3 failed: disk is full",
  );
});

Deno.test("compressXz() names the programs that are all absent", async () => {
  const compressors = ["no-such-a", "no-such-b"].map((command) => ({ command, args: [] }));
  await assertRejects(
    () => compressXz([], "unused", { compressors }),
    Error,
    "neither no-such-a nor no-such-b can be started",
  );
});

const BINARIES = { deno: bytes("deno"), vulkanLoader: bytes("loader") };
const archive = new Map(
  (await archiveFiles(ROOT, BINARIES, "a".repeat(40))).map((file) => [file.path, file] as const),
);
const read = (path: string) => text(archive.get(path)!.data);

Deno.test("the archive's manifest has the SHA-256 of every other file", () => {
  const others = [...archive.values()].filter(({ path }) => path !== MANIFEST);
  assertEquals(
    read(MANIFEST).trimEnd().split("\n").sort(),
    others.map(({ path, data }) => `${sha256(data)}  ${path}`).sort(),
  );
});

Deno.test("the archive has what it needs, and nothing of this machine", () => {
  for (const path of ["run", "deno/deno", "vulkan/deno"]) {
    assertEquals(archive.get(path)?.executable, true, path);
  }
  assertEquals(read("deno/deno"), "deno");
  assertEquals(read("vulkan/libvulkan.so.1"), "loader");
  const allowed =
    /^(src|bench|reference|node_modules|deno|vulkan)\/|^(run|mod\.ts|deno\.json|LICENSE|LICENCES\.txt|COMMIT|SHA256SUMS)$/;
  const unwanted = /(^|\/)\.|playwright-core|fast-check|image-io|__pycache__|\.map$/;
  const paths = [...archive.keys()];
  assertEquals(paths.filter((path) => !allowed.test(path) || unwanted.test(path)), []);
  const home = ROOT.replace(/\/$/, "");
  const telling = [...archive.values()].filter(({ data }) => text(data).includes(home));
  assertEquals(telling.map(({ path }) => path), []);
});

Deno.test("the archive names the commit it was made from, where there is one", async () => {
  assertEquals(read(COMMIT), `${"a".repeat(40)}\n`);
  const without = await archiveFiles(ROOT, BINARIES);
  assertEquals(without.filter(({ path }) => path === COMMIT), []);
});

Deno.test("the archive without Deno leaves room below 60 MB", () => {
  // Deno 2.9.6 itself takes 30 MB once compressed.
  const size = [...archive.values()].reduce((sum, { data }) => sum + data.length, 0);
  assertLess(size, 20e6);
});

Deno.test("every import of the archive's sources leads to something in it", () => {
  const { imports, nodeModulesDir } = JSON.parse(read("deno.json"));
  assertEquals(nodeModulesDir, "manual");
  const sources = [...archive.keys()].filter((path) =>
    /^(src|bench|reference)\/.*(?<!\.d)\.ts$|^mod\.ts$/.test(path)
  );
  const lost = sources.flatMap((path) => importsOf(path, read(path))).filter(({ to }) => {
    if (archive.has(to) || to === "deno.json" || to.startsWith("node:")) return false;
    const name = /^(@[^/]+\/)?[^/]+/.exec(to)![0];
    const target = imports[name] as string | undefined;
    const npm = /^npm:(.+)@([^@]+)$/.exec(target ?? "");
    if (!npm) return !target || !archive.has(target.slice(2));
    // Deno looks for a package by name and checks its version.
    const path = `node_modules/${npm[1]}/package.json`;
    return !archive.has(path) || JSON.parse(read(path)).version !== npm[2];
  });
  assertEquals(lost, []);
});

Deno.test("the archive's script starts each task with its own permissions", () => {
  const script = read("run");
  const { gate: _, pack: __, test: ___, ...tasks } = config.tasks;
  for (const [name, { command, description }] of Object.entries(tasks)) {
    const rights = command.slice(command.indexOf("--no-prompt"));
    assertMatch(
      script,
      new RegExp(`^  ${name}\\) exec env (\\S+ )?deno run --quiet --no-prompt`, "m"),
    );
    assertStringIncludes(script, `${rights} "$@" ;;`);
    assertStringIncludes(script, description);
  }
  assert(!/@[A-Z]+@/.test(script));
});

Deno.test("the archive names the licence of every package", () => {
  for (const { name } of PACKAGES) assertStringIncludes(read("LICENCES.txt"), `  ${name} `);
  const named = [...read("LICENCES.txt").matchAll(/node_modules\/\S+\/LICENSE\S*/g)];
  assertEquals(named.map(([path]) => path).filter((path) => !archive.has(path)), []);
  assert(named.length > 0);
});
