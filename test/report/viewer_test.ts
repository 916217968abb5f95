import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { renderReproduceReport, type ViewedArm } from "../../src/report/mod.ts";
import { createVolume, type Volume } from "../../src/volume/mod.ts";
import { testUnless } from "../_skip.ts";
import { DESKTOP, markedPixels, NO_WEBGL, open, PHONE, reason, until, WEBGL } from "./_browser.ts";
import { pictureFixture, reproduceFixture } from "./_fixtures.ts";

/** A CPU draws the picture again at each key. */
const SMALL = { width: 640, height: 600 };

/** Of lungs and bone in one case of 40 x 30 x 24 voxels. */
function viewedFixture(): ViewedArm {
  const { ct, truth, prediction } = pictureFixture();
  const labels = (volume: Volume | undefined) =>
    createVolume(Uint8Array.from(volume!.data), volume!);
  const one = { ct, truth: labels(truth), prediction: labels(prediction) };
  return {
    ...{ arm: "iou+aug <made up>", seed: 7, of: 20 },
    picks: [
      { organ: "lungs", place: "best", case: 3, dice: 0.9 },
      { organ: "bone", place: "worst", case: 4, dice: 0.5 },
    ],
    cases: [{ case: 3, ...one }, { case: 4, ...one }],
  };
}

const report = await renderReproduceReport(reproduceFixture(), { viewed: viewedFixture() });

const place = (page: Page) => page.evaluate<string>(`document.getElementById("place").textContent`);

const isShown = (page: Page, selector: string) =>
  page.evaluate<boolean>(
    `document.querySelector(${JSON.stringify(selector)}).getClientRects().length > 0`,
  );

/** Brings the viewer into sight and waits for its first case. */
async function come(page: Page): Promise<void> {
  await page.evaluate(`document.getElementById("cases").scrollIntoView()`);
  // A CPU compiles the viewer's shaders.
  await until(page, async () => await place(page) !== "", "the viewer shows no case", 600);
}

/** How many pixels of the viewer are about as blue, or as green, as the organ's colour: read in the same turn as they are drawn. */
async function coloured(page: Page, key: string): Promise<{ lungs: number; bone: number }> {
  return await page.evaluate(`(() => {
    const stage = document.getElementById("stage");
    stage.dispatchEvent(new KeyboardEvent("keydown", { key: "${key}", bubbles: true }));
    const view = document.getElementById("view");
    const copy = new OffscreenCanvas(view.width, view.height).getContext("2d");
    copy.drawImage(view, 0, 0);
    const { data } = copy.getImageData(0, 0, view.width, view.height);
    const found = { lungs: 0, bone: 0 };
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = data.subarray(i, i + 3);
      if (b > r + 30 && b > g + 20) found.lungs++;
      if (g > r + 30 && g > b + 30) found.bone++;
    }
    return found;
  })()`);
}

testUnless(
  "the case viewer shows slices and 3D and is led by the keyboard, without an error or a request",
  reason,
  async () => {
    await open(report, { viewport: SMALL, switches: WEBGL }, async (opened) => {
      const { page, complaints } = opened;
      await come(page);
      assertEquals(await isShown(page, "#view"), true);
      assertEquals(await isShown(page, ".stills"), false);
      // Lungs are longest in the middle: any slice near it.
      const [, first] =
        /^Case 3\. Axial slice (\d+) of 24\. At the cross: truth lungs, prediction lungs, -?\d+ HU or less\.$/
          .exec(await place(page)) ?? [];
      assert(first !== undefined, await place(page));
      await page.focus("#stage");
      const after = async (key: string) => {
        await page.keyboard.press(key);
        return Number(/slice (\d+) of/.exec(await place(page))![1]);
      };
      assertEquals(await after("ArrowUp"), Number(first) + 1);
      assertEquals(await after("ArrowDown"), Number(first));
      assertEquals(await after("End"), 24);
      assertEquals(await after("ArrowUp"), 24);
      assertEquals(await after("PageDown"), 14);
      assertEquals(await after("Home"), 1);
      await page.click("#next");
      assertMatch(await place(page), /Axial slice 2 of 24/);
      await page.focus("#stage");
      await page.keyboard.press("3");
      assertMatch(await place(page), /Coronal slice \d+ of 30/);
      assertEquals(complaints, []);
      assertEquals(opened.requests, []);
      assert((await markedPixels(page, "--mark-1")).every((count) => count > 20), "no charts");

      // Case 4 begins in the slices with most bone, of which the lowest, below the lungs, is taken: bone is as long in all.
      await page.selectOption("#pick", { label: "Bone, worst: case 4, Dice 0.500" });
      await until(page, async () => (await place(page)).startsWith("Case 4."), "case 3 stays");
      assertMatch(await place(page), /truth bone, prediction bone/);
      const lowest = await coloured(page, "2");
      assertMatch(await place(page), /Axial slice 1 of 24/);
      assert(lowest.lungs === 0 && lowest.bone > 100, JSON.stringify(lowest));
      const higher = await coloured(page, "PageUp");
      assert(higher.lungs > 500 && higher.bone > 100, JSON.stringify(higher));
      const solid = await coloured(page, "5");
      assert(solid.lungs > 500 && solid.bone > 100, JSON.stringify(solid));
      await page.uncheck("#prediction");
      await page.uncheck("#truth");
      assertEquals(await coloured(page, "5"), { lungs: 0, bone: 0 });
    });
  },
);

testUnless(
  "the case viewer fits a phone, and is printed as pictures",
  reason,
  async () => {
    const phone = { viewport: PHONE, isMobile: true, colorScheme: "dark" as const };
    await open(report, { ...phone, switches: WEBGL }, async ({ page, complaints }) => {
      await come(page);
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 390);
      await page.emulateMedia({ media: "print" });
      assertEquals(await isShown(page, ".viewer"), false);
      assertEquals(await isShown(page, ".stills"), true);
      assertEquals(complaints, []);
    });
  },
);

testUnless(
  "the case viewer gives way to pictures where the browser has no WebGL",
  reason,
  async () => {
    await open(report, { viewport: DESKTOP, switches: NO_WEBGL }, async (opened) => {
      const { page, complaints } = opened;
      await page.evaluate(`document.getElementById("cases").scrollIntoView()`);
      await until(page, () => isShown(page, "#no-viewer"), "nothing says why");
      assertEquals(
        await page.evaluate(`document.getElementById("no-viewer").textContent`),
        "This browser has no WebGL 2. Pictures stand in for the viewer.",
      );
      assertEquals(await isShown(page, ".viewer"), false);
      const headings = await page.evaluate<string[]>(
        `[...document.querySelectorAll(".stills h3")].map((heading) => heading.textContent)`,
      );
      assertEquals(headings, [
        "Lungs, best: case 3, Dice 0.900",
        "Bone, worst: case 4, Dice 0.500",
      ]);
      assertEquals(
        await page.evaluate(
          `[...document.querySelectorAll(".stills .slice svg")].filter((svg) => svg.clientWidth > 50).length`,
        ),
        6,
      );
      assertEquals(complaints, []);
      assertEquals(opened.requests, []);
    });
  },
);

Deno.test("renderReproduceReport() carries the viewer's script only with cases to view", async () => {
  assert(report.includes("sA.niivue={}"));
  assert(report.length < 15e6);
  assert((await renderReproduceReport(reproduceFixture())).length < 1e6);
});
