import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { resolve } from "@std/path";
import { showOutcome } from "../../src/cli/reproduce.ts";
import { reproduceFixture } from "../report/_fixtures.ts";
import { handMade } from "../volume/_hand_made.ts";
import { Folder, runTask } from "./_command.ts";

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["an unknown profile", ["--profile", "smok"], 2, "smoke"],
  ["a seed that is no number", ["--seed=-1"], 2, "--seed"],
  ["an arm that there is not", ["--arms", "iou,iuo"], 2, '"iuo"'],
  ["an arm named twice", ["--arms", "iou,iou"], 2, '"iou" twice'],
  ["no arm at all", ["--arms", ","], 2, "--arms"],
  ["to verify and to choose what to run", ["--verify", "x", "--seed", "2"], 2, "--seed"],
  ["to verify where nothing ran", ["--verify", "empty"], 1, "no result.json"],
  ["to resume where nothing ran", ["--resume", "--out", "empty"], 1, "Cannot resume"],
  ["an unknown flag", ["--profil", "smoke"], 2, '"--profile"'],
  ["an argument that is no flag", ["CT-ORG"], 2, "CT-ORG"],
  ["a data folder that is not there", ["--data", "gone", "--out", "out"], 1, "no such folder"],
  ["a data folder that is a file", ["--data", "file", "--out", "out"], 1, "not a folder"],
  ["a data folder without cases", ["--data", "empty", "--out", "out"], 1, "volume-N.nii.gz"],
  ["an adapter that is not there", ["--adapter", "no such", "--out", "out"], 3, "no such"],
];

for (const [what, args, code, says] of bad) {
  Deno.test(`reproduce refuses ${what} in one line and writes no result`, async () => {
    await using folder = await Folder.make();
    await folder.write("file", new Uint8Array());
    await Deno.mkdir(`${folder.path}/empty`);
    const found = await runTask(["reproduce", ...args], { cwd: folder.path });
    assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
    assertMatch(found.errors.at(-1)!, /^ct-organ reproduce: Cannot /);
    assertStringIncludes(found.errors.at(-1)!, says);
    await assertNoResult(folder);
  });
}

Deno.test("reproduce refuses labels on another grid than their volume's", async () => {
  await using folder = await Folder.make();
  await Deno.mkdir(`${folder.path}/data`);
  await folder.write("data/volume-0.nii", handMade());
  await folder.write(
    "data/labels-0.nii",
    handMade({ type: "uint8", srow: [1, 0, 0, 9, 0, 1, 0, 0, 0, 0, 1, 0] }),
  );
  const { code, errors } = await runTask(["reproduce", "--data", "data", "--out", "out"], {
    cwd: folder.path,
  });
  assertEquals(code, 1);
  assertMatch(errors.at(-1)!, /^ct-organ reproduce: Cannot .*grid/);
  await assertNoResult(folder);
});

Deno.test("showOutcome() ends with the paths, and fails for a kernel that disagrees or cannot run", () => {
  const { bench, ...rest } = reproduceFixture();
  const show = (changes: Partial<NonNullable<typeof bench>>) => {
    const lines: string[] = [];
    const result = { ...rest, bench: { ...bench!, ...changes } };
    const outcome = { resultPath: "r/result.json", reportPath: "r/report.html", result };
    return { lines, end: () => showOutcome(outcome, (line) => lines.push(line)) };
  };
  const paths = ["r/result.json", "r/report.html"].map((path) => resolve(path));
  const good = show({});
  good.end();
  assertEquals(good.lines, paths);

  const row = bench!.results[0]!;
  const agreement = { ...row.agreement, ok: false, error: "9 differ" };
  const absent = [{ ...row, implementation: "webgpu" as const, reason: "the device was lost" }];
  const bad = show({ results: [{ ...row, agreement }], absent });
  assertStringIncludes(assertThrows(bad.end, Error).message, "9 differ (and 1 more, above)");
  assertEquals(bad.lines, [
    `Cannot run ${row.kernel} (${row.case}): the device was lost`,
    ...paths,
  ]);
});

/** A run may leave finished stages, but neither a result nor a report. */
async function assertNoResult(folder: Folder): Promise<void> {
  if (!(await folder.names()).includes("out")) return;
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${folder.path}/out`)) names.push(name);
  assertEquals(names.filter((name) => /^(result|report)\b/.test(name)), []);
}

Deno.test("reproduce --plan prints stages, memory and time, and does nothing", async () => {
  await using folder = await Folder.make();
  const args = ["reproduce", "--profile", "paper", "--arms", "iou+aug", "--plan", "--out", "out"];
  const { code, stdout } = await runTask(args, { cwd: folder.path });
  assertEquals(code, 0);
  // The paper's network on its crop in batches of three takes 13.2 GiB, the 54 cases beside it 0.7.
  assertMatch(stdout, /\ntrain +a network in 40000 steps +1 .* 14 GiB/);
  assertMatch(stdout, /\nIn all about \d+ days on two cores/);
  await assertNoResult(folder);
});
