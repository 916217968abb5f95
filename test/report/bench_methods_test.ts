import { assertFalse, assertStringIncludes } from "@std/assert";
import { renderBenchReport } from "../../src/report/mod.ts";
import { benchFixture } from "./_fixtures.ts";
import { bodyText } from "./_text.ts";

Deno.test("renderBenchReport() says which method of dilation is the fastest for which ball", async () => {
  const text = bodyText(
    await renderBenchReport({
      ...benchFixture(),
      methods: [
        { method: "packed", radius: 1, ms: 2, auto: true },
        { method: "fft", radius: 1, ms: 50 },
        { method: "distance", radius: 1, ms: 20 },
        { method: "packed", radius: 8, ms: 20, auto: true },
        { method: "distance", radius: 8, ms: 25 },
        { method: "packed", radius: 16, ms: 60, auto: true },
        { method: "distance", radius: 16, ms: 30 },
        { method: "packed", radius: 32, ms: 200 },
        { method: "distance", radius: 32, ms: 40, auto: true },
      ],
    }),
  );
  assertStringIncludes(
    text,
    "packed is the fastest from 1 to 8 and distance is the fastest from 16 to 32 voxels.",
  );
  assertStringIncludes(
    text,
    "is the fastest at 3 of 4 radii, and at worst 2.00 times as slow as the fastest.",
  );
});

Deno.test("renderBenchReport() says nothing of methods that were not timed", async () => {
  assertFalse(bodyText(await renderBenchReport(benchFixture())).includes("Methods of dilation"));
});
