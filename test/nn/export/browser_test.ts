import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { chromium } from "playwright-core";
import { findChromium } from "../../../src/cli/chromium.ts";
import { testUnless } from "../../_skip.ts";
import { assertLogits } from "./_agreement.ts";
import { withExport } from "./_exported.ts";
import { randomImages, randomModel } from "../_models.ts";

const program = await findChromium();
const reason = program ? undefined : "no browser; on Debian: apt-get install chromium";

/** A site that is not there: the test itself answers for it. */
const SITE = "http://model.test/";
const PACKAGES = new URL("../../../node_modules/@tensorflow/", import.meta.url);
const SCRIPTS = [
  "tfjs-core/dist/tf-core.min.js",
  "tfjs-backend-cpu/dist/tf-backend-cpu.min.js",
  "tfjs-converter/dist/tf-converter.min.js",
];

testUnless(
  "a page with tfjs alone loads an exported model and gets its logits",
  reason,
  async () => {
    const model = randomModel({ channels: [3, 4, 5], slope: 0.1 });
    const shape = [1, 8, 4, 12, 1] as const;
    await withExport(model, async (folder, files) => {
      const browser = await chromium.launch({
        executablePath: program!,
        args: ["--headless", "--no-sandbox", "--disable-gpu"],
      });
      try {
        const page = await browser.newPage();
        const asked: string[] = [];
        await page.route(`${SITE}**`, async (route) => {
          const name = route.request().url().slice(SITE.length);
          if (name === "") {
            return await route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
          }
          asked.push(name);
          await route.fulfill({ body: Buffer.from(await Deno.readFile(join(folder, name))) });
        });
        await page.goto(SITE);
        for (const script of SCRIPTS) {
          await page.addScriptTag({ content: await Deno.readTextFile(new URL(script, PACKAGES)) });
        }
        const { logits, labels } = await page.evaluate<{ logits: number[]; labels: string[] }>(
          `(async () => {
          const model = await tf.loadGraphModel("model.json");
          const image = tf.tensor5d(${JSON.stringify([...randomImages(shape)])}, [${shape}]);
          const logits = await model.execute(image, "logits").data();
          return { logits: [...logits], labels: model.metadata.labels };
        })()`,
        );
        assertEquals(asked, [...files]);
        assertEquals(labels, model.labels);
        assertLogits(logits, model, shape);
      } finally {
        await browser.close();
      }
    });
  },
);
