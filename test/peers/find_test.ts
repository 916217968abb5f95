import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { findPeers, PEER_NAMES } from "../../bench/mod.ts";
import { PeerError } from "../../bench/peer.ts";
import { pythonProgram } from "../../bench/peers/python.ts";
import { Folder, runTask } from "../cli/_command.ts";

Deno.test("pythonProgram() says what is missing and how to get it", async () => {
  const found = await pythonProgram({
    name: "scipy",
    script: "scipy_peer.py",
    modules: ["json", "a_module_that_nobody_has"],
    get: "apt-get install python3-something",
  });
  assertEquals(
    found,
    "not installed: no python3 here imports json and a_module_that_nobody_has; apt-get install python3-something",
  );
});

Deno.test("findPeers() accounts for every peer", async () => {
  const { programs, absent, asked } = await findPeers("auto");
  const names = [
    ...programs.map(({ name }) => name),
    ...absent.map(({ implementation }) => implementation),
  ];
  assertEquals(names.sort(), PEER_NAMES.filter((name) => name !== "itk").toSorted());
  assertEquals(asked, "auto");
  for (const { reason } of absent) assertStringIncludes(reason, "install");
});

for (const name of ["scipy", "cupy"] as const) {
  Deno.test(`findPeers() takes ${name} alone when asked, and fails where it is absent`, async () => {
    const there = (await findPeers("auto")).programs.some((program) => program.name === name);
    if (!there) {
      await assertRejects(() => findPeers([name]), PeerError, `Cannot measure ${name}: `);
      return;
    }
    const only = await findPeers([name]);
    assertEquals([only.programs.map((p) => p.name), only.absent, only.asked], [[name], [], name]);
  });
}

Deno.test("findPeers() finds nothing where nothing is asked for", async () => {
  assertEquals(await findPeers([]), { programs: [], absent: [], asked: "" });
});

Deno.test("bench refuses a peer it does not know and names those it does", async () => {
  await using folder = await Folder.make();
  const { code, stdout, errors } = await runTask(["bench", "--peers", "scipy,skipy"], {
    cwd: folder.path,
  });
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(
    errors.at(-1)!,
    `Cannot use peer "skipy": known are ${PEER_NAMES.join(", ")}`,
  );
});
