import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";

import { encodeNifti, readNifti } from "../../src/volume/mod.ts";
import { testUnless } from "../_skip.ts";
import { makePhantom } from "../_phantom.ts";
import { Folder, runTask } from "./_command.ts";

Deno.test("pack refuses a folder that is not there before it packs", async () => {
  await using folder = await Folder.make();
  const { code, errors } = await runTask(["pack", "absent/a.tar.xz"], { cwd: folder.path });
  assertEquals([code, errors.length], [1, 1]);
  assertMatch(errors[0]!, /^ct-organ pack: Cannot write ".*a\.tar\.xz": there is no folder/);
  assertEquals(await folder.names(), []);
});

Deno.test("pack takes one file or none", async () => {
  await using folder = await Folder.make();
  const { code, errors } = await runTask(["pack", "a.tar.xz", "b.tar.xz"], { cwd: folder.path });
  assertEquals(code, 2);
  assertStringIncludes(errors[0]!, "it takes [OUT.tar.xz]");
});

const SYSTEM = "/usr/bin:/bin";

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    clearEnv: true,
    env: { HOME: "/nonexistent", PATH: SYSTEM },
    stdin: "null",
  }).output();
  assert(success, `${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function obstacle(): Promise<string | undefined> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return "archives are for x86-64 Linux";
  const { state } = await Deno.permissions.query({ name: "run", command: "unshare" });
  if (state !== "granted") {
    return "takes five minutes and starts what it unpacks; as root deno test -A test/cli/pack_test.ts";
  }
}

testUnless("an unpacked archive runs its tasks without network", await obstacle(), async () => {
  await using folder = await Folder.make();
  const { code, errors } = await runTask(["pack", "a.tar.xz"], { cwd: folder.path });
  assertEquals(code, 0, errors.join("\n"));
  assertLess((await Deno.stat(join(folder.path, "a.tar.xz"))).size, 60e6);
  await run("tar", ["-xJf", "a.tar.xz"], folder.path);
  const top = join(folder.path, "ct-organ-webgpu");
  await run("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], top);

  const { ct } = await makePhantom({ seed: 1, dims: [96, 96, 80], spacing: [4, 4, 4] });
  await folder.write("ct.nii.gz", await encodeNifti(ct, { gzip: true }));
  await Deno.mkdir(join(folder.path, "found"));
  const task = (...args: string[]) =>
    run("unshare", ["--net", join(top, "run"), ...args], folder.path);
  assertStringIncludes(await task("doctor"), "test of kernel     ok");
  await task("label", "ct.nii.gz", "labels.nii.gz");
  const { data } = await readNifti(join(folder.path, "labels.nii.gz"));
  assertEquals([...new Set(data)].sort(), [0, 3, 5]);
  await task("augment", "ct.nii.gz", "augmented", "--n", "1");
  // One suite with each of the WASM references.
  for (const [suite, reference] of [["augment", "itk-wasm"], ["morphology", "niimath"]] as const) {
    assertStringIncludes(await task("bench", "--suite", suite, "--brief"), `\n  ${reference}  `);
  }
  await task("phantom", "phantoms", "--cases", "1");
  await task("check-data", "phantoms");
  await task("train", "--data", "phantom", "--steps", "1", "--out", "trained");
  const model = ["--model", "trained/model.safetensors"];
  await task("segment", "phantoms/volume-0.nii.gz", "found/labels-0.nii.gz", ...model);
  assertStringIncludes(await task("evaluate", "--pred", "found", "--truth", "phantoms"), "lungs");
  await task("export", "trained/model.safetensors", "exported");
  await task("losses", "--out", "losses");
  assertStringIncludes(
    await task("reproduce", "--profile", "smoke"),
    join(top, "reports/smoke-1/report.html"),
  );
});
