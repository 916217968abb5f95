import { AssertionError } from "@std/assert";
import { toFileUrl } from "@std/path";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "../../src/cli/chromium.ts";

const program = await findChromium();
/** Why tests in a browser cannot run here. */
export const reason = program ? undefined : "no browser; on Debian: apt-get install chromium";

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 900 };

/** A page that is open, and what it said and asked for. */
export interface Opened {
  readonly page: Page;
  /** Errors and warnings on the console, and exceptions nobody caught. */
  readonly complaints: string[];
  /** Everything the page loaded but itself and what it holds. */
  readonly requests: string[];
}

/** Switches for a browser without WebGL, and for one with WebGL 2 on the CPU. */
export const NO_WEBGL: readonly string[] = ["--disable-gpu", "--disable-3d-apis"];
export const WEBGL: readonly string[] = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"];

/** Writes a report to disk, as its user has it, and opens it. */
export async function open(
  report: string,
  { switches = NO_WEBGL, ...options }: BrowserContextOptions & {
    readonly switches?: readonly string[];
  },
  use: (opened: Opened) => Promise<void>,
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  const browser = await chromium.launch({
    executablePath: program!,
    args: ["--headless", "--no-sandbox", ...switches],
  });
  try {
    await Deno.writeTextFile(file, report);
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    const address = toFileUrl(file).href;
    await page.goto(address);
    await use({
      page,
      complaints,
      get requests() {
        return requests.filter((url) => url !== address && !url.startsWith("data:"));
      },
    });
  } finally {
    await browser.close();
    await Deno.remove(file);
  }
}

/** For each chart how many of its pixels have the colour of a mark. */
export async function markedPixels(page: Page, mark = "--mark-0"): Promise<number[]> {
  return await page.evaluate<number[]>(`(() => {
    const probe = document.createElement("i");
    probe.style.color = getComputedStyle(document.documentElement).getPropertyValue("${mark}");
    document.body.append(probe);
    const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    return [...document.querySelectorAll(".plot canvas")].map((canvas) => {
      // Read from a copy: Chromium warns of reading one that is drawn to again.
      const { width, height } = canvas;
      const copy = new OffscreenCanvas(width, height).getContext("2d");
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, width, height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) count++;
      }
      return count;
    });
  })()`);
}

/** Waits until something holds: a browser tells a page of changes when it gets to it. */
export async function until(
  page: Page,
  holds: () => Promise<boolean>,
  failure: string,
  most = 100,
): Promise<void> {
  for (let tries = 0; tries < most; tries++) {
    if (await holds()) return;
    await page.waitForTimeout(50);
  }
  throw new AssertionError(failure);
}
