import { join } from "@std/path";
import { type OrganName, ORGANS } from "../labels/mod.ts";
import { namesIn, niftiStem } from "./_folder.ts";
import { organsOfStructures } from "./_structures.ts";
import type { Found, IncompleteCase, LabelledCase, Layout } from "./dataset.ts";

/** What nnU-Net calls voxels that the loss shall not look at, and what this project calls them. */
const IGNORED = { name: "ignore", value: 255 } as const;

/** nnU-Net and the Medical Segmentation Decathlon: `dataset.json`, `imagesTr/NAME_0000.nii.gz` or `NAME.nii.gz`, `labelsTr/NAME.nii.gz`. */
export const nnuNet: Layout = {
  name: "nnU-Net",
  files: "dataset.json, imagesTr/NAME_0000.nii.gz, labelsTr/NAME.nii.gz",
  async find(folder) {
    const { files, folders } = await namesIn(folder);
    if (!files.includes("dataset.json") || !folders.includes("imagesTr")) return undefined;
    const path = join(folder, "dataset.json");
    const description = parseDescription(await Deno.readTextFile(path), path);
    const { values, organs, ignored } = readStructures(description, path);
    const images = niftiFiles(await namesIn(join(folder, "imagesTr")));
    const labels = niftiFiles(
      folders.includes("labelsTr") ? await namesIn(join(folder, "labelsTr")) : { files: [] },
    );
    const names = new Set([
      ...labels.keys(),
      // A number at the end is a channel's, unless labels are called like that.
      ...[...images.keys()].map((stem) => labels.has(stem) ? stem : stem.replace(/_\d{4}$/, "")),
    ]);
    const cases: Omit<LabelledCase, "number">[] = [];
    const incomplete: IncompleteCase[] = [];
    for (const name of [...names].sort()) {
      const image = images.get(`${name}_0000`) ?? images.get(name);
      const label = labels.get(name);
      if (image === undefined || label === undefined) {
        const lacks = image === undefined
          ? `imagesTr/${name}_0000.nii.gz`
          : `labelsTr/${name}.nii.gz`;
        incomplete.push({ name, why: `${lacks} is missing; add it or move the other file away` });
        continue;
      }
      cases.push({
        name,
        volume: join(folder, "imagesTr", image),
        labels: [{ path: join(folder, "labelsTr", label), values }],
        origins: Object.fromEntries([...organs].map((organ) => [organ, "unknown" as const])),
      });
    }
    const licence = description["licence"] ?? description["license"];
    return {
      ...{ cases: withNumbers(cases), incomplete, officialTest: false, described: false },
      notes: ignored.length === 0
        ? []
        : [`Labels that are no organ here count as background: ${ignored.join(", ")}`],
      ...typeof licence === "string" && licence !== "" && { licence },
    } satisfies Found;
  },
};

/** Gives cases the number at the end of their names, or the number in the order of names where that tells them not apart. */
export function withNumbers(cases: readonly Omit<LabelledCase, "number">[]): LabelledCase[] {
  const own = cases.map(({ name }) => Number(/\d+$/.exec(name)?.[0] ?? NaN));
  const usable = own.every(Number.isSafeInteger) && new Set(own).size === own.length;
  return cases
    .map((one, i) => ({ number: usable ? own[i]! : i, ...one }))
    .sort((a, b) => a.number - b.number);
}

function niftiFiles({ files }: { readonly files: readonly string[] }): Map<string, string> {
  const entries = files.flatMap((file) => {
    const stem = niftiStem(file);
    return stem === undefined ? [] : [[stem, file] as const];
  });
  return new Map(entries);
}

function parseDescription(text: string, path: string): Record<string, unknown> {
  let description: unknown;
  try {
    description = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot use "${path}": it is not JSON`, { cause });
  }
  if (!isRecord(description) || !isRecord(description["labels"])) {
    throw new SyntaxError(`Cannot use "${path}": it has no labels`);
  }
  // The first version of nnU-Net calls them modality.
  const channels = description["channel_names"] ?? description["modality"];
  const first = isRecord(channels) ? channels["0"] : undefined;
  if (typeof first !== "string" || !/^ct\b/i.test(first)) {
    throw new SyntaxError(
      `Cannot use "${path}": channel 0 must be CT, found ${JSON.stringify(first) ?? "none"}`,
    );
  }
  return description;
}

/** What each value of the labels is here: an organ's, background's, or the ignored one. */
function readStructures(
  description: Record<string, unknown>,
  path: string,
): { values: Map<number, number>; organs: Set<OrganName>; ignored: string[] } {
  const structures = Object.entries(description["labels"] as object).map(([a, b]) =>
    // The first version has names by value, the second values by name, several where a structure is a region.
    typeof b === "string"
      ? { name: b, values: [Number(a)] }
      : { name: a, values: (Array.isArray(b) ? b : [b]) as unknown[] }
  );
  const values = new Map([[0, 0]]);
  const found = organsOfStructures(
    structures.map(({ name }) => name).filter((name) => !isNoStructure(name)),
  );
  const set = (value: number, label: number, name: string) => {
    const before = values.get(value);
    if (before !== undefined && before !== 0 && label !== 0 && before !== label) {
      throw new SyntaxError(
        `Cannot use "${path}": value ${value} of ${
          JSON.stringify(name)
        } belongs to another organ as well`,
      );
    }
    if (!before) values.set(value, label);
  };
  for (const { name, values: own } of structures) {
    const organ = found.get(name);
    for (const value of own) {
      if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 255) {
        throw new SyntaxError(
          `Cannot use "${path}": label ${
            JSON.stringify(name)
          } must be an integer from 0 to 255, found ${JSON.stringify(value)}`,
        );
      }
      set(value as number, isIgnored(name) ? IGNORED.value : organ ? ORGANS[organ] : 0, name);
    }
  }
  if (found.size === 0) {
    const names = structures.map(({ name }) => JSON.stringify(name)).join(", ");
    throw new SyntaxError(
      `Cannot use "${path}": none of its labels (${names}) is liver, bladder, lungs, kidneys, bone or brain`,
    );
  }
  const ignored = structures
    .filter(({ name, values: own }) =>
      !found.has(name) && !isNoStructure(name) && own.some((value) => !values.get(value as number))
    ).map(({ name }) => name);
  return { values, organs: new Set(found.values()), ignored };
}

function isIgnored(name: string): boolean {
  return name.toLowerCase() === IGNORED.name;
}

function isNoStructure(name: string): boolean {
  return isIgnored(name) || name.toLowerCase() === "background";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
