import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { pythonProgram } from "../../bench/peers/python.ts";
import { scoreCase } from "../../src/metrics/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { createVolume, type Vec3 } from "../../src/volume/mod.ts";
import { testUnless } from "../_skip.ts";

const python = await pythonProgram({
  name: "scipy",
  script: "scipy_peer.py",
  modules: ["numpy", "scipy"],
  get: "apt-get install python3-scipy",
});

/** Two shapes that differ: balls with holes and noise at their rims, so that every pattern of eight voxels comes up. */
function shapes(seed: number, dims: Vec3): { prediction: Uint8Array; truth: Uint8Array } {
  const random = new RandomStream({ seed, stream: 0 });
  const centre = dims.map((n) => random.uniform(0.3 * n, 0.7 * n));
  const radius = random.uniform(2, 6);
  const noise = random.uniform(0, 3);
  const shape = (shift: number) => {
    const data = new Uint8Array(dims[0] * dims[1] * dims[2]);
    for (let i = 0; i < data.length; i++) {
      const place = [
        i % dims[0],
        Math.floor(i / dims[0]) % dims[1],
        Math.floor(i / (dims[0] * dims[1])),
      ];
      const distance = Math.hypot(...place.map((p, axis) => p - centre[axis]! - shift));
      data[i] = Number(distance + random.uniform(-noise, noise) <= radius);
    }
    return data;
  };
  return { prediction: shape(1), truth: shape(0) };
}

testUnless(
  "scoreCase() gives SciPy's NSD and HD95 by other code for the surface",
  typeof python === "string" ? python : undefined,
  async () => {
    const cases = Array.from({ length: 60 }, (_, seed) => {
      const dims = [[14, 12, 10], [9, 17, 8], [6, 20, 1]][seed % 3] as unknown as Vec3;
      const spacing = [[1, 1, 1], [0.8, 0.8, 2.5], [3, 3, 5]][seed % 4 % 3] as unknown as Vec3;
      return { dims, spacing, tolerance: 1.3 * Math.max(...spacing), ...shapes(seed, dims) };
    }).filter(({ prediction, truth }) => prediction.includes(1) && truth.includes(1));
    const { command } = python as Exclude<typeof python, string>;
    const process = new Deno.Command(command, {
      args: ["-B", fromFileUrl(new URL("surface_reference.py", import.meta.url))],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = process.stdin.getWriter();
    const input = cases.map((item) => ({
      ...item,
      prediction: [...item.prediction],
      truth: [...item.truth],
    }));
    await writer.write(new TextEncoder().encode(JSON.stringify(input)));
    await writer.close();
    const { success, stdout } = await process.output();
    assertEquals(success, true);
    const expected: { nsd: number; hd95: number }[] = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(expected.length > 40, true);
    cases.forEach(({ dims, spacing, tolerance, prediction, truth }, i) => {
      const volume = (data: Uint8Array) => createVolume(data, { dims, spacing });
      const options = { organs: ["liver"], toleranceMm: tolerance } as const;
      const [liver] = scoreCase(volume(prediction), volume(truth), options);
      assertAlmostEquals(liver!.nsd!, expected[i]!.nsd, 1e-9, `case ${i}`);
      assertAlmostEquals(liver!.hd95Mm!, expected[i]!.hd95, 1e-9, `case ${i}`);
    });
  },
);
