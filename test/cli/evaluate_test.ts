import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { EvaluateResult } from "../../src/evaluate/mod.ts";
import { createVolume, type Vec3, writeNifti } from "../../src/volume/mod.ts";
import { Folder, runTask } from "./_command.ts";
import { boxes } from "../metrics/_volumes.ts";

const DIMS: Vec3 = [12, 10, 8];
const LIVER = { from: [1, 1, 1], to: [4, 4, 4], value: 1 } as const;
const LARGER = { ...LIVER, to: [4, 4, 5] } as const;
const BONE = { from: [8, 1, 1], to: [9, 8, 6], value: 5 } as const;

/** Two cases: case 3's liver has a slice too much, and a bladder is invented; case 12's bone is missed. */
async function withCases(): Promise<Folder> {
  const folder = await Folder.make();
  for (const name of ["p", "the truth"]) await Deno.mkdir(join(folder.path, name));
  const write = (name: string, volume: Parameters<typeof writeNifti>[1]) =>
    writeNifti(join(folder.path, name), volume);
  const volume = (...inside: Parameters<typeof boxes>[2][]) => boxes(DIMS, [3, 3, 3], ...inside);
  await write("the truth/labels-3.nii.gz", volume(LIVER, BONE));
  await write("the truth/labels-12.nii.gz", volume(LIVER, BONE));
  await write(
    "p/volume-3.nii.gz",
    volume(LARGER, BONE, { from: [6, 6, 6], to: [6, 6, 6], value: 2 }),
  );
  await write("p/volume-12.nii.gz", volume(LIVER));
  return folder;
}

const FOLDERS = ["--pred", "p", "--truth", "the truth"];

Deno.test("evaluate scores two folders and writes JSON, CSV and HTML", async () => {
  await using folder = await withCases();
  const { code, stdout, errors } = await runTask(
    ["evaluate", ...FOLDERS, "--json", "s.json", "--csv", "s.csv", "--html", "s.html"],
    { cwd: folder.path },
  );
  assertEquals(code, 0, errors.join("\n"));
  const path = (name: string) => join(folder.path, name);
  assertEquals(stdout.trimEnd().split("\n").slice(-3), ["s.json", "s.csv", "s.html"].map(path));
  const result: EvaluateResult = JSON.parse(await Deno.readTextFile(path("s.json")));
  assertEquals([result.schema, result.failures, result.unused], [
    "ct-organ-webgpu/evaluate@1",
    [],
    [],
  ]);
  assertEquals(
    result.rows.map((row) => [row.case, row.organ, row.state]),
    [["labels-3", ["scored", "invented", "absent", "absent", "scored"]], [
      "labels-12",
      ["scored", "absent", "absent", "absent", "missed"],
    ]].flatMap(([name, states]) =>
      ["liver", "bladder", "lungs", "kidneys", "bone"].map((organ, i) => [name, organ, states![i]])
    ),
  );
  const organ = (name: string) => result.organs.find(({ organ }) => organ === name)!;
  // 2 x 64 / (64 + 80), and 1.
  assertEquals(organ("liver").dice.mean, (128 / 144 + 1) / 2);
  assertEquals([organ("liver").hd95_mm.mean, organ("liver").nsd.mean], [1.5, 1]);
  assertEquals(organ("bone").cases, { scored: 1, missed: 1, invented: 0, absent: 0 });
  assertEquals([organ("bone").dice.mean, organ("bone").dice.n, organ("bone").hd95_mm.n], [
    0.5,
    2,
    1,
  ]);
  assertEquals([organ("lungs").dice, organ("lungs").cases.absent], [{ n: 0 }, 2]);
  assertMatch(stdout, /^liver +0\.944 \(0\.889 to 1\.000\) .* 2 +0 +0 +0$/m);
  assertMatch(stdout, /^lungs +- +- +- +- +- +0 +0 +0 +2$/m);

  const csv = await Deno.readTextFile(path("s.csv"));
  assertEquals(csv.split("\n").length, 1 + 10 + 1);
  assertStringIncludes(csv, "\nlabels-12,bone,missed,0,0,0,,-2.592,96,0\n");
  assertStringIncludes(csv, "\nlabels-12,kidneys,absent,,,,,,0,0\n");
  const html = await Deno.readTextFile(path("s.html"));
  // 8/9 and 1: half of their difference times the root of 2.
  assertStringIncludes(html, "0.944 ± 0.0786 (0.889 – 1.00), n 2");
  assertStringIncludes(html, result.command.replaceAll('"', "&quot;"));

  // The command that it names gives the same figures.
  const [, , ...again] = result.command.match(/"[^"]*"|\S+/g)!.map((word) =>
    word.replaceAll('"', "")
  );
  const second = await runTask([...again, "--json", "t.json"], { cwd: folder.path });
  assertEquals(second.code, 0, second.errors.join("\n"));
  assertEquals(JSON.parse(await Deno.readTextFile(path("t.json"))), result);
});

Deno.test("evaluate takes organs and a tolerance", async () => {
  await using folder = await withCases();
  const { code, errors } = await runTask(
    ["evaluate", ...FOLDERS, "--organs", "liver", "--tolerance", "2.5", "--json", "s.json"],
    { cwd: folder.path },
  );
  assertEquals(code, 0, errors.join("\n"));
  const { rows, tolerance_mm }: EvaluateResult = JSON.parse(
    await Deno.readTextFile(join(folder.path, "s.json")),
  );
  assertEquals(tolerance_mm, 2.5);
  assertEquals(rows.map(({ organ }) => organ), ["liver", "liver"]);
  // The surplus slice lies 3 mm off.
  assertEquals([rows[0]!.nsd! < 1, rows[1]!.nsd], [true, 1]);
});

Deno.test("evaluate goes on past cases that cannot be scored, names them and exits with 1", async () => {
  await using folder = await withCases();
  const at = (name: string) => join(folder.path, name);
  const elsewhere = createVolume(new Uint8Array(960), { dims: DIMS, spacing: [3, 3, 2] });
  await writeNifti(at("the truth/labels-20.nii.gz"), boxes(DIMS, [3, 3, 3], LIVER));
  await writeNifti(at("p/volume-20.nii.gz"), elsewhere);
  await writeNifti(at("the truth/labels-21.nii.gz"), boxes(DIMS, [3, 3, 3], LIVER));
  await writeNifti(at("the truth/labels-22.nii.gz"), boxes(DIMS, [3, 3, 3], LIVER));
  await Deno.writeTextFile(at("p/volume-22.nii.gz"), "no image");
  await writeNifti(at("the truth/labels-23.nii.gz"), boxes(DIMS, [3, 3, 3], LIVER));
  await writeNifti(
    at("p/volume-23.nii.gz"),
    createVolume(new Float32Array(960).fill(0.5), { dims: DIMS, spacing: [3, 3, 3] }),
  );
  await writeNifti(at("p/volume-99.nii.gz"), boxes(DIMS, [3, 3, 3], LIVER));
  const { code, stdout, errors } = await runTask(
    ["evaluate", ...FOLDERS, "--json", "s.json", "--html", "s.html"],
    { cwd: folder.path },
  );
  assertEquals(code, 1);
  assertMatch(
    errors.at(-1)!,
    /^ct-organ evaluate: .*labels-21.*no prediction \(and 3 more, above\)$/,
  );
  assertMatch(stdout, /volume-20.*their grid \(12 x 10 x 8 voxels of 3 x 3 x 2 mm.*is not that of/);
  assertMatch(stdout, /volume-22/);
  assertMatch(stdout, /volume-23.*labels are integers/);
  assertMatch(stdout, /^Without a truth: volume-99$/m);
  const result: EvaluateResult = JSON.parse(await Deno.readTextFile(at("s.json")));
  assertEquals(result.failures.map((failure) => failure.case), [
    "labels-21",
    "labels-20",
    "labels-22",
    "labels-23",
  ]);
  assertEquals([...new Set(result.rows.map((row) => row.case))], ["labels-3", "labels-12"]);
  assertStringIncludes(await Deno.readTextFile(at("s.html")), "labels-21");
});

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["no folders", [], 2, "--pred DIR and --truth DIR"],
  ["a single folder", ["--pred", "p"], 2, "--pred DIR and --truth DIR"],
  ["a folder that is not there", ["--pred", "gone", "--truth", "the truth"], 1, "no such folder"],
  ["a folder without images", ["--pred", ".", "--truth", "the truth"], 1, "holds no .nii.gz"],
  ["an unknown organ", [...FOLDERS, "--organs", "liver,spleen"], 2, "known are liver"],
  ["a negative tolerance", [...FOLDERS, "--tolerance=-1"], 2, "0 mm or more"],
  ["a seed that is no number", [...FOLDERS, "--seed", "x"], 2, "whole number"],
  ["a JSON file in no folder", [...FOLDERS, "--json", "gone/s.json"], 1, "no folder"],
  ["an unknown flag", [...FOLDERS, "--jsn", "s.json"], 2, '"--json"'],
];

for (const [what, args, code, says] of bad) {
  Deno.test(`evaluate refuses ${what} in one line and writes nothing`, async () => {
    await using folder = await withCases();
    const found = await runTask(["evaluate", ...args], { cwd: folder.path });
    assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
    assertStringIncludes(found.errors.at(-1)!, says);
    assertEquals(await folder.names(), ["p", "the truth"]);
  });
}
