import { join } from "@std/path";
import { namesIn } from "./_folder.ts";
import { nnuNet } from "./_nnu_net.ts";
import { ctOrg, lits } from "./_numbered.ts";
import { totalSegmentator } from "./_totalsegmentator.ts";
import type { Dataset, Found, Layout } from "./dataset.ts";

const LAYOUTS: readonly Layout[] = [ctOrg, lits, nnuNet, totalSegmentator];

/**
 * Looks what a data folder holds: detects its layout (CT-ORG's, LiTS's, nnU-Net's, TotalSegmentator's) by the names of its files, which are
 * not opened, and lists its cases, and what looks like a case and is none. Other files are ignored.
 *
 * @param folder The folder.
 * @returns What it holds.
 * @throws {Error} If the folder cannot be read, is in no known layout or in more than one, or describes itself wrongly.
 */
export async function scanFolder(folder: string): Promise<Dataset> {
  const [first, second] = await layoutsOf(folder);
  if (!first) {
    const below = await layoutBelow(folder);
    throw new Error(
      `Cannot use data folder "${folder}": it is in no known layout; ${
        below ??
          `known are ${LAYOUTS.map(({ name, files }) => `${name}'s (${files})`).join(", ")}`
      }`,
    );
  }
  if (second) {
    throw new Error(
      `Cannot use data folder "${folder}": it mixes the layouts of ${first[0].name} and ${
        second[0].name
      }; keep each in a folder of its own`,
    );
  }
  return { folder, layout: first[0].name, ...first[1] };
}

/**
 * {@linkcode scanFolder} for who needs whole cases only.
 *
 * @param folder The folder.
 * @returns What it holds: at least one case, none incomplete.
 * @throws {Error} As {@linkcode scanFolder}, and if a case lacks a file or there is none.
 */
export async function findCases(folder: string): Promise<Dataset> {
  const dataset = await scanFolder(folder);
  const [odd, ...others] = dataset.incomplete;
  if (odd) {
    const more = others.length > 0 ? ` (and ${others.length} more; check-data names them all)` : "";
    throw new Error(`Cannot use data folder "${folder}": ${odd.why}${more}`);
  }
  if (dataset.cases.length === 0) {
    throw new Error(
      `Cannot use data folder "${folder}": it has the layout of ${dataset.layout}, but no case`,
    );
  }
  return dataset;
}

async function layoutsOf(folder: string): Promise<[Layout, Found][]> {
  const matches: [Layout, Found][] = [];
  for (const layout of LAYOUTS) {
    const found = await layout.find(folder);
    if (found) matches.push([layout, found]);
  }
  return matches;
}

/** Data sets are often unpacked one folder too deep: which folder is meant, if there is one. */
async function layoutBelow(folder: string): Promise<string | undefined> {
  for (const name of (await namesIn(folder)).folders) {
    const path = join(folder, name);
    const [match] = await layoutsOf(path).catch(() => []);
    if (match) return `"${path}" in it has that of ${match[0].name}: name that folder`;
  }
}
