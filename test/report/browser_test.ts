import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import {
  cutSlices,
  renderBenchReport,
  renderDataReport,
  renderEvaluateReport,
  renderLossReport,
  renderReproduceReport,
} from "../../src/report/mod.ts";
import { testUnless } from "../_skip.ts";
import { DESKTOP, markedPixels, open, PHONE, reason, until } from "./_browser.ts";
import { dataFixture } from "./_data_fixture.ts";
import { decodeAddress } from "./_decode.ts";
import {
  benchFixture,
  evaluateFixture,
  lossFixture,
  pictureFixture,
  reproduceFixture,
} from "./_fixtures.ts";
import { poison } from "./_hostile.ts";

const background = (page: Page) =>
  page.evaluate<string>("getComputedStyle(document.body).backgroundColor");

testUnless(
  "renderReproduceReport() opens in a browser without an error, loads nothing and draws its charts",
  reason,
  async () => {
    const report = await renderReproduceReport(reproduceFixture(), {
      pictures: [pictureFixture()],
    });
    await open(report, { viewport: DESKTOP }, async ({ page, complaints, requests }) => {
      assertEquals((await markedPixels(page)).length, 6);
      // Arms and labels, then times and ratios of two suites. The mark of the mean and of TypeScript is in all, WebGPU's not in the ratios.
      await until(
        page,
        async () => (await markedPixels(page, "--mark-1")).every((count) => count > 20),
        "a chart is blank",
      );
      assert((await markedPixels(page)).every((count, i) => [3, 5].includes(i) || count > 20));
      assertEquals(complaints, []);
      assertEquals(requests, []);
    });
  },
);

testUnless(
  "renderEvaluateReport() opens in a browser without an error, loads nothing and draws its chart, also on a phone",
  reason,
  async () => {
    const report = await renderEvaluateReport(poison(evaluateFixture(), new Set()));
    for (const viewport of [DESKTOP, PHONE]) {
      await open(report, { viewport }, async ({ page, complaints, requests }) => {
        for (const mark of ["--mark-0", "--mark-1"]) {
          await until(
            page,
            async () => (await markedPixels(page, mark)).every((count) => count > 20),
            "the chart is blank",
          );
        }
        assertEquals((await markedPixels(page)).length, 1);
        assertEquals(await page.evaluate("document.body.scrollWidth <= innerWidth"), true);
        assertEquals(complaints, []);
        assertEquals(requests, []);
      });
    }
  },
);

testUnless(
  "renderLossReport() opens in a browser without an error, loads nothing, and shows its pictures",
  reason,
  async () => {
    const report = await renderLossReport(lossFixture());
    await open(report, { viewport: DESKTOP }, async ({ page, complaints, requests }) => {
      // One surface of three maps of 3 x 2 cells, drawn square.
      const maps = await page.evaluate<number[][]>(
        `Promise.all([...document.querySelectorAll(".map image")].map(async (element) => {
          const image = new Image();
          image.src = element.getAttribute("href");
          await image.decode();
          const { width, height } = element.getBoundingClientRect();
          return [image.naturalWidth, image.naturalHeight, Math.round(100 * width / height)];
        }))`,
      );
      assertEquals(maps, [[3, 2, 100], [3, 2, 100], [3, 2, 100]]);
      // 0 has no place on a log axis.
      assertEquals(
        await page.evaluate(`document.querySelectorAll(".graph svg[role] circle").length`),
        1,
      );
      assertEquals(complaints, []);
      assertEquals(requests, []);
    });
  },
);

testUnless(
  "reports fit a phone of 390 pixels, wide tables in boxes of their own",
  reason,
  async () => {
    const reports = [
      await renderReproduceReport(reproduceFixture(), { pictures: [pictureFixture()] }),
      await renderBenchReport(benchFixture()),
      await renderLossReport(lossFixture()),
      await renderDataReport(dataFixture(), [
        { name: "one", slices: await cutSlices(pictureFixture()) },
      ]),
    ];
    for (const report of reports) {
      await open(report, { viewport: PHONE, isMobile: true }, async ({ page, complaints }) => {
        assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
        assertEquals(
          await page.evaluate(
            `[...document.querySelectorAll("canvas")].every((canvas) => canvas.clientWidth <= 358)`,
          ),
          true,
        );
        const wide = await page.evaluate<number>(
          `[...document.querySelectorAll(".scroll")].filter((box) => box.scrollWidth > box.clientWidth).length`,
        );
        assert(wide > 0, "no table is wide: the test shows nothing");
        assertEquals(complaints, []);
      });
    }
  },
);

testUnless(
  "renderReproduceReport() folds long lists until they are opened",
  reason,
  async () => {
    const report = await renderReproduceReport(reproduceFixture());
    await open(report, { viewport: PHONE, isMobile: true }, async ({ page, complaints }) => {
      const shown = () =>
        page.evaluate<boolean[]>(
          `[...document.querySelectorAll("details table")].map((table) => table.checkVisibility())`,
        );
      const folded = await shown();
      assert(folded.length > 0);
      assert(!folded.includes(true), `${folded}`);
      for (const summary of await page.locator("summary").all()) await summary.press("Enter");
      const opened = await shown();
      assert(!opened.includes(false), `${opened}`);
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
      assertEquals(complaints, []);
    });
  },
);

testUnless("reports take a phone's width with texts that have no spaces", reason, async () => {
  const long = "x".repeat(200);
  const result = reproduceFixture();
  const report = await renderReproduceReport({
    ...result,
    dataset: { ...result.dataset, name: long },
    claims: result.claims.map((claim) => ({ ...claim, text: long, measured: long, why: long })),
    manifest: { ...result.manifest, command: long, config: { [long]: long } },
  });
  await open(report, { viewport: PHONE, isMobile: true }, async ({ page }) => {
    assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
  });
});

testUnless(
  "reports follow the system from light to dark, and are printed light",
  reason,
  async () => {
    const report = await renderBenchReport(benchFixture());
    await open(
      report,
      { viewport: DESKTOP, colorScheme: "light" },
      async ({ page, complaints }) => {
        const light = "rgb(255, 255, 255)";
        // Asks for the colours as they are now: charts that kept the old ones have none of them.
        const isDrawn = async () => (await markedPixels(page))[0]! > 20;
        assertEquals(await background(page), light);
        await until(page, isDrawn, "the charts are blank");
        await page.emulateMedia({ colorScheme: "dark" });
        assertNotEquals(await background(page), light);
        await until(page, isDrawn, "the charts stayed light");
        await page.evaluate(`dispatchEvent(new Event("beforeprint"))`);
        assertEquals(await background(page), light);
        await until(page, isDrawn, "the charts are printed dark");
        await page.evaluate(`dispatchEvent(new Event("afterprint"))`);
        assertNotEquals(await background(page), light);
        await until(page, isDrawn, "the charts stayed as printed");
        assertEquals(complaints, []);
      },
    );
  },
);

testUnless(
  "renderReproduceReport() runs nothing that hostile texts bring along",
  reason,
  async () => {
    const report = await renderReproduceReport(poison(reproduceFixture(), new Set()), {
      pictures: [pictureFixture()],
    });
    await open(report, { viewport: DESKTOP }, async ({ page, complaints, requests }) => {
      assertEquals(await page.evaluate("globalThis.broken"), undefined);
      assertEquals(
        await page.evaluate(
          `["img", "script", "canvas"].map((name) => document.querySelectorAll(name).length)`,
        ),
        [0, 3, 6],
      );
      assertEquals(complaints, []);
      assertEquals(requests, []);
    });
  },
);

testUnless("reports refuse scripts and addresses that are not their own", reason, async () => {
  const report = await renderBenchReport(benchFixture());
  await open(report, { viewport: DESKTOP }, async ({ page, complaints }) => {
    await page.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.broken = 1";
      document.body.append(script);
    })()`);
    assertEquals(await page.evaluate("globalThis.broken"), undefined);
    assertEquals(
      await page.evaluate(`fetch("http://127.0.0.1:9/").then(() => "came", () => "refused")`),
      "refused",
    );
    for (const directive of ["script-src", "default-src 'none'"]) {
      assertStringIncludes(complaints.join("\n"), directive);
    }
  });
});

testUnless("encodePng() writes files that a browser shows pixel for pixel", reason, async () => {
  const report = await renderReproduceReport(reproduceFixture(), { pictures: [pictureFixture()] });
  await open(report, { viewport: DESKTOP }, async ({ page }) => {
    const pictures = await page.evaluate<{ href: string; pixels: number[] }[]>(
      `Promise.all([...document.querySelectorAll("svg image")].map(async (element) => {
        const href = element.getAttribute("href");
        const image = new Image();
        image.src = href;
        await image.decode();
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const ctx = canvas.getContext("2d");
        ctx.drawImage(image, 0, 0);
        const { data } = ctx.getImageData(0, 0, canvas.width, canvas.height);
        return { href, pixels: [...data].filter((_, i) => i % 4 === 0) };
      }))`,
    );
    assertEquals(pictures.length, 3);
    for (const { href, pixels } of pictures) {
      assertEquals(pixels, [...decodeAddress(href).data]);
      assert(new Set(pixels).size > 10, "a picture of few greys shows little");
    }
  });
});

testUnless("renderReproduceReport() draws slices at their true proportions", reason, async () => {
  const report = await renderReproduceReport(reproduceFixture(), {
    pictures: [pictureFixture([40, 30, 24])],
  });
  await open(report, { viewport: DESKTOP }, async ({ page }) => {
    // 40 x 30 x 24 voxels of 3 x 3 x 4 mm.
    const expected = [120 / 90, 120 / 96, 90 / 96];
    const found = await page.evaluate<number[]>(
      `[...document.querySelectorAll(".slice svg")].map((svg) => svg.clientWidth / svg.clientHeight)`,
    );
    assertEquals(found.length, 3);
    found.forEach((ratio, i) => assert(Math.abs(ratio / expected[i]! - 1) < 0.01, `${found}`));
  });
});
