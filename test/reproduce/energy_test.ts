import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { joulesBetween, readEnergy } from "../../src/reproduce/_energy.ts";
import { withFolder } from "./_folder.ts";

Deno.test("readEnergy() reads the packages' counters, not those of their parts, and none where there are none", () =>
  withFolder(async (folder) => {
    for (
      const [name, value] of [["intel-rapl:0", "5"], ["intel-rapl:0:0", "1"], ["intel-rapl:1", "7"]]
    ) {
      await Deno.mkdir(join(folder, name!));
      await Deno.writeTextFile(join(folder, name!, "energy_uj"), `${value}\n`);
    }
    assertEquals(
      new Map(await readEnergy(folder)),
      new Map([["intel-rapl:0", 5], ["intel-rapl:1", 7]]),
    );
    assertEquals((await readEnergy(join(folder, "gone"))).size, 0);
  }));

Deno.test("joulesBetween() adds packages, and tells nothing where a counter began anew or is gone", () => {
  const reading = (a: number, b?: number) =>
    new Map([["a", a], ...b === undefined ? [] : [["b", b] as const]]);
  assertEquals(joulesBetween(reading(1e6, 2e6), reading(4e6, 7e6)), 8);
  assertEquals(joulesBetween(reading(1e6, 2e6), reading(4e6, 1e6)), undefined);
  assertEquals(joulesBetween(reading(1e6, 2e6), reading(4e6)), undefined);
  assertEquals(joulesBetween(new Map(), new Map()), undefined);
});
