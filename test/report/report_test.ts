import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { escape } from "@std/html";
import { createHash } from "node:crypto";
import {
  type BenchResult,
  renderBenchReport,
  renderReproduceReport,
  type ReproduceResult,
} from "../../src/report/mod.ts";
import { benchFixture, pictureFixture, reproduceFixture } from "./_fixtures.ts";
import { bodyText } from "./_text.ts";
import { HOSTILE, poison } from "./_hostile.ts";

/** Bodies of the scripts of a page, read as a browser reads them: up to the first end tag. */
function scripts(page: string): { data: string[]; code: string[] } {
  const all = [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script/gi)];
  const of = (isData: boolean) =>
    all.filter(([, attributes]) => attributes!.includes("json") === isData).map(([, , text]) =>
      text!
    );
  return { data: of(true), code: of(false) };
}

Deno.test("renderReproduceReport() escapes every text of the result, and shows it", async () => {
  const texts = new Set<string>();
  const page = await renderReproduceReport(poison(reproduceFixture(), texts), {
    pictures: [pictureFixture()],
  });
  assertFalse(page.includes("<img"));
  assertFalse(page.includes("<!--"));
  const { data, code } = scripts(page);
  assertEquals([data.length, code.length], [1, 2]);
  // The last tags of the page are its own: nothing ended a script early.
  assert(page.trimEnd().endsWith("</script>\n</body>\n</html>"));
  const shown = page.slice(0, page.indexOf("<script"));
  const missing = [...texts].filter((text) => !shown.includes(escape(text + HOSTILE)));
  // Its suite's heading and its own name stand for it.
  assertEquals(missing, ["augment/noise"]);
});

Deno.test("renderBenchReport() escapes every text of the result, errors and reasons too", async () => {
  const result = benchFixture();
  const texts = new Set<string>();
  const page = await renderBenchReport(poison({
    ...result,
    adapter: { ...result.adapter, driver: "driver 1" },
    results: result.results.map((row) => ({
      ...row,
      agreement: { ...row.agreement, ok: false, error: "3 of 9 differ" },
    })),
  }, texts));
  assertFalse(page.includes("<img"));
  assertEquals(scripts(page).code.length, 2);
  for (const text of ["3 of 9 differ", "driver 1", result.absent![0]!.reason, result.command]) {
    assert(texts.has(text), text);
    assertStringIncludes(page, escape(text + HOSTILE));
  }
});

Deno.test("renderReproduceReport() keeps text out of the charts' data that could end the script", async () => {
  const page = await renderReproduceReport(poison(reproduceFixture(), new Set()));
  const [data] = scripts(page).data;
  assertFalse(data!.includes("<"));
  // Read back, it is what was written.
  const notes = JSON.parse(data!).flatMap((chart: { rows: { note: string }[] }) =>
    chart.rows.map(({ note }) => note)
  );
  assert(notes.includes("160 x 160 x 130, 3 mm" + HOSTILE));
});

Deno.test("renderBenchReport() allows its own two scripts by hash and nothing else", async () => {
  const page = await renderBenchReport(benchFixture());
  const hashes = scripts(page).code.map((text) =>
    `'sha256-${createHash("sha256").update(text).digest("base64")}'`
  );
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  assertStringIncludes(
    page,
    `<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">`,
  );
  assert(page.indexOf("Content-Security-Policy") < page.search(/<style|<script/));
});

Deno.test("reports name no address outside themselves", async () => {
  for (
    const page of [
      await renderBenchReport(benchFixture()),
      await renderReproduceReport(reproduceFixture(), { pictures: [pictureFixture()] }),
    ]
  ) {
    const addresses = [...page.matchAll(/\s(?:src|href|action)="([^"]*)"/g)].map(([, to]) => to!);
    assertEquals(addresses.filter((to) => !to.startsWith("data:")), []);
    assertFalse(/url\(|@import/.test(page.slice(0, page.indexOf("</style>"))));
  }
});

Deno.test("reports say first which adapter ran, and whether it is hardware", async () => {
  const software = benchFixture();
  assert(
    bodyText(await renderBenchReport(software)).startsWith(
      `SOFTWARE ADAPTER ${software.adapter.description} (Nobody), on ${software.machine.cpu}, ` +
        "2 cores, 8 GiB, linux 6.1.0 x86_64.",
    ),
  );
  const adapter = { description: "Card", vendor: "Maker", software: false, driver: "555.1" };
  const result = reproduceFixture();
  const machine = { cores: 1, os: "linux" };
  const page = await renderReproduceReport({
    ...result,
    manifest: { ...result.manifest, adapter, machine },
  });
  assert(
    bodyText(page).startsWith("HARDWARE ADAPTER Card (Maker, driver 555.1), on 1 core, linux."),
  );
});

Deno.test("renderReproduceReport() says plainly what the evidence is", async () => {
  const result = reproduceFixture();
  const phantoms = bodyText(await renderReproduceReport(result));
  assertStringIncludes(
    phantoms,
    "Evidence: generated phantoms, not real CTs; times from a software",
  );
  assertStringIncludes(
    phantoms,
    "Of the paper&#39;s 4 claims: 1 holds on phantoms, 1 holds on a software adapter, " +
      "1 fails on a software adapter and 1 not tested.",
  );
  const real = bodyText(
    await renderReproduceReport({ ...result, dataset: { ...result.dataset, kind: "ct-org" } }),
  );
  assertStringIncludes(real, "Evidence: cases 0 to 20 in CT-ORG&#39;s layout");
  assertStringIncludes(real, "whether the files are CT-ORG&#39;s is not checked");
  assertFalse(real.includes("phantoms, not real CTs"));
});

Deno.test("renderReproduceReport() sums stages by kind, and marks those that an earlier run made", async () => {
  const { manifest, ...rest } = reproduceFixture();
  const stages = [
    { name: "data/0", seconds: 4, reused: true },
    { name: "grid", seconds: 2 },
    { name: "data/1", seconds: 71 },
  ];
  const text = bodyText(
    await renderReproduceReport({ ...rest, manifest: { ...manifest, stages } }),
  );
  assertStringIncludes(
    text,
    "Longest data 2 1 1 min 15 s 1 min 11 s grid 1 0 2.00 s 2.00 s 3 stages one by one ",
  );
  assertStringIncludes(
    text,
    "data/0 4.00 s, taken from an earlier run grid 2.00 s data/1 1 min 11 s ",
  );
});

Deno.test("renderReproduceReport() shows no table, chart or number for what did not run", async () => {
  const { labels: _labels, bench: _bench, transfer: _transfer, ...rest } = reproduceFixture();
  const result: ReproduceResult = {
    ...rest,
    ...{ claims: [], arms: [], comparisons: [] },
    manifest: { ...rest.manifest, versions: {}, config: {}, seeds: {}, outputs: [], stages: [] },
  };
  const page = await renderReproduceReport(result);
  const text = bodyText(page);
  assertFalse(/<tbody[^>]*>\s*<\/tbody>/.test(page), "an empty table");
  assertFalse(page.slice(0, page.indexOf("<script")).includes("<canvas"), "an empty chart");
  assertFalse(/undefined|NaN|null|Infinity/.test(text), text);
  assertStringIncludes(text, "What was not run training : not part of this version yet");
});

Deno.test("renderBenchReport() shows a benchmark in which nothing ran", async () => {
  const { absent: _absent, overhead: _overhead, ...rest } = benchFixture();
  const result: BenchResult = { ...rest, results: [], ratios: [] };
  const page = await renderBenchReport(result);
  assertFalse(/<tbody[^>]*>\s*<\/tbody>/.test(page));
  assertFalse(/undefined|NaN|null|Infinity/.test(bodyText(page)));
  assertStringIncludes(bodyText(page), "No kernel ran");
});

Deno.test("renderBenchReport() shows notes beside ratios, the ceilings' shares and what the host pays", async () => {
  const [first, ...results] = benchFixture().results;
  const roofline = {
    ...{ time: "wall" as const, bytes: 1, bandwidth_share: 0.125, flops: 0, flops_share: 0 },
    ...{ integer_ops: 1, integer_share: 0.625 },
  };
  const text = bodyText(
    await renderBenchReport({ ...benchFixture(), results: [{ ...first!, roofline }, ...results] }),
  );
  // The ratio, its note's number and its interval; the number again under the table of the suite.
  assertStringIncludes(text, "2.90 1 2.70 – 3.20");
  assertStringIncludes(text, "1 itk-wasm: A note");
  assertStringIncludes(text, "64.8 2 61.0 – 70.0");
  assertStringIncludes(text, "2 niimath: Another");
  assertStringIncludes(text, "12.5 % (wall time) 62.5 % (wall time)");
  assertStringIncludes(text, "takes 7.77 µs on the host");
});

Deno.test("renderBenchReport() names a reference's own noise, with a unit where there is one", async () => {
  const result = benchFixture();
  const noisy = async (unit?: string) => {
    const [first, ...results] = result.results;
    const agreement = { ...first!.agreement, own_noise: 5, ...unit !== undefined && { unit } };
    return bodyText(
      await renderBenchReport({ ...result, results: [{ ...first!, agreement }, ...results] }),
    );
  };
  assertStringIncludes(await noisy("HU"), "reaches (standard deviation 5.00 HU)");
  assertStringIncludes(await noisy(), "reaches (standard deviation 5.00)");
});

Deno.test("renderBenchReport() counts faster, slower and undecided by their intervals", async () => {
  // Of the fixture's five ratios one has an interval that holds 1; another is turned into a slower one.
  const result = benchFixture();
  const ratios = result.ratios.map((ratio, i) =>
    i === 1 ? { ...ratio, ratio: 0.5, ci95: [0.4, 0.6] as const } : ratio
  );
  const text = bodyText(await renderBenchReport({ ...result, ratios }));
  assertStringIncludes(text, "WebGPU is faster in 3 of 5 comparisons and slower in 1; 1 cannot");
  assertStringIncludes(text, "from 0.500 times (itk-wasm, augment/warp) to 64.8 times (niimath");
});

Deno.test("renderBenchReport() shows a disagreement with its reason", async () => {
  const result = benchFixture();
  const results = result.results.map((row, i) =>
    i === 1
      ? { ...row, agreement: { ...row.agreement, ok: false, error: "7 of 9 elements differ" } }
      : row
  );
  const text = bodyText(await renderBenchReport({ ...result, results }));
  assertStringIncludes(text, "3 kernels ran in 3 cases; 1 of them disagrees with a CPU reference.");
  assertStringIncludes(text, "✗ disagrees , absolute");
  assertStringIncludes(text, "typescript: 7 of 9 elements differ");
});

Deno.test("renderBenchReport() shows bounds of agreement with their reasons, and what has moved, the slower first", async () => {
  const html = bodyText(await renderBenchReport(benchFixture()));
  assertStringIncludes(
    html,
    "augment/warp webgpu all within 0.0800 HU 6 in a million Coordinates",
  );
  assertStringIncludes(html, "augment/warp webgpu labels equal 60 in a million Ties");
  const [slower, unchanged] = ["✗ slower 1.31 1.20 – 1.40 1.06", "– unchanged 1.01"];
  assertStringIncludes(html, slower!);
  assertStringIncludes(html, unchanged!);
  assert(html.indexOf(slower!) < html.indexOf(unchanged!));
  assertStringIncludes(html, "Not compared: random/normal");
  const { gate: _, acceptances: __, ...bare } = benchFixture();
  const without = bodyText(await renderBenchReport(bare));
  for (const absent of ["Compared with", "What counts as agreement"]) {
    assert(!without.includes(absent), absent);
  }
});

Deno.test("renderReproduceReport() shows Dice of arms with intervals, their comparisons, transfer and training", async () => {
  const curves = [1, 2].map((seed) => ({
    arm: "iou+aug",
    seed,
    losses: [0.9, 0.5, 0.4],
    validations: [{ step: 3, dice: 0.7 }],
    chosen: 3,
  }));
  const text = bodyText(await renderReproduceReport(reproduceFixture(), { curves }));
  assertStringIncludes(text, "iou+aug 0.910 0.880 – 0.940 –");
  assertStringIncludes(text, "at 3 mm 0.850 0.820 – 0.880 –");
  assertStringIncludes(text, "the network&#39;s grid of 9 mm");
  assertStringIncludes(text, "iou+aug – iou mean over organs 0.100 0.0500 – 0.150 3 0.250 1");
  assertStringIncludes(text, "Agreement with the labels of made-up folder");
  assertStringIncludes(text, "Models were taken after 3 (iou+aug, 1), 3 (iou+aug, 2) steps");
});
