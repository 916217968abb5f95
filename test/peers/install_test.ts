import { assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { installPeers } from "../../bench/mod.ts";
import { denoCommand } from "../../bench/programs.ts";
import type { BenchAbsentPeer } from "../../src/report/mod.ts";
import { Folder, runTask } from "../cli/_command.ts";

const absent = (...names: BenchAbsentPeer["implementation"][]): BenchAbsentPeer[] =>
  names.map((implementation) => ({ implementation, reason: "not installed" }));

/** A program in place of apt-get that ends with a code where it installs. */
function fake(folder: Folder, code: number) {
  const log = join(folder.path, "log");
  const script = fromFileUrl(new URL("_fake_apt.ts", import.meta.url));
  const permissions = [`--allow-write=${log}`, "--allow-env=DEBIAN_FRONTEND"];
  return {
    log,
    aptGet: [denoCommand(), "run", "--quiet", ...permissions, script, log, `${code}`] as const,
  };
}

Deno.test("installPeers() installs what is absent and Debian has, each package once", async () => {
  await using folder = await Folder.make();
  const { log, aptGet } = fake(folder, 0);
  const steps: string[] = [];
  const packages = await installPeers(absent("scipy", "torch-cpu", "cupy", "dali"), {
    root: true,
    aptGet,
    onStep: (text) => steps.push(text),
  });
  assertEquals(packages, ["python3-numpy", "python3-scipy", "python3-torch"]);
  // A failed update is no reason to stop.
  assertEquals((await Deno.readTextFile(log)).trimEnd().split("\n"), [
    "noninteractive update",
    "noninteractive install -y --no-install-recommends python3-numpy python3-scipy python3-torch",
  ]);
  assertEquals(steps.length, 2);
  const itk = await installPeers(absent("itk-1t", "itk-2t"), { root: true, aptGet });
  assertEquals(itk, ["g++", "libinsighttoolkit5-dev"]);
});

Deno.test("installPeers() starts nothing where nothing that Debian has is absent", async () => {
  const aptGet = ["/no/such/apt-get"] as const;
  assertEquals(await installPeers([], { root: false, aptGet }), []);
  assertEquals(await installPeers(absent("cupy", "torch-cuda"), { root: false, aptGet }), []);
});

Deno.test("installPeers() says in one line what keeps it from installing", async () => {
  await using folder = await Folder.make();
  const names = "python3-numpy python3-scipy";
  const refuse = async (options: Parameters<typeof installPeers>[1], says: string) => {
    const { message } = await assertRejects(() => installPeers(absent("scipy"), options), Error);
    assertEquals(message, `Cannot install ${names}: ${says}`);
  };
  const { log, aptGet } = fake(folder, 100);
  await refuse({ root: false, aptGet }, `only root may; try: sudo apt-get install ${names}`);
  await assertRejects(() => Deno.stat(log), Deno.errors.NotFound);
  await refuse({ root: true, aptGet }, "apt-get: Unable to locate package python3-scipy");
  await refuse(
    { root: true, aptGet: ["/no/such/apt-get"] },
    "there is no apt-get that this process may start; install SciPy, PyTorch, ITK 5 and g++ " +
      "by this system's own means",
  );
});

for (const other of [["--peers", "none"], ["--against", "main"]]) {
  Deno.test(`bench refuses --install-peers with ${other[0]}`, async () => {
    await using folder = await Folder.make();
    const { code, errors } = await runTask(["bench", "--install-peers", ...other], {
      cwd: folder.path,
    });
    assertEquals([code, errors.length], [2, 1]);
    assertEquals(errors[0]!.startsWith("ct-organ bench: Cannot use --install-peers with "), true);
  });
}
