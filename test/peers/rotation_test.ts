import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { inputCopies } from "../../bench/_rotation.ts";
import { writeCase } from "../../bench/case_files.ts";
import { pythonProgram } from "../../bench/peers/python.ts";
import { testUnless } from "../_skip.ts";

const found = await pythonProgram({
  name: "scipy",
  script: "_serve.py",
  modules: ["numpy"],
  get: "apt-get install python3-numpy",
});
const [program, reason] = typeof found === "string" ? [undefined, found] : [found, undefined];

/** How many copies of the case in a folder a peer in Python holds. */
async function copiesInPython(dir: string): Promise<number> {
  const [, script = ""] = program!.args;
  const code = "import runpy, sys; print(len(runpy.run_path(sys.argv[1])['_copies'](sys.argv[2])))";
  const { stdout } = await new Deno.Command(program!.command, {
    args: ["-B", "-c", code, script, dir],
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

testUnless(
  "a peer in Python holds as many copies of an input as the project's programs, whatever output lies beside it",
  reason,
  async () => {
    for (const mib of [1, 22]) {
      const dir = await Deno.realPath(await Deno.makeTempDir());
      try {
        const half = new Uint8Array(mib << 19);
        const input = { data: half, parts: [{ labels: half }] };
        await writeCase(dir, input);
        await Deno.writeFile(join(dir, "output.raw"), new Uint8Array(64 << 20));
        assertEquals(await copiesInPython(dir), inputCopies(input).length);
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    }
  },
);
