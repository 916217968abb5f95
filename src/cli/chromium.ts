/** Where packages put a browser; the task `doctor` may read all of them. */
export const CHROMIUM_PLACES: readonly string[] = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/**
 * Looks for a browser that can open reports in tests, at the places where packages put it.
 *
 * @returns The program's path, or undefined where none of them exists.
 */
export async function findChromium(): Promise<string | undefined> {
  for (const path of CHROMIUM_PLACES) {
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch {
      // Absent, or on a system where such a path cannot be.
    }
  }
}
