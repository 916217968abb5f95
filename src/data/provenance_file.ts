import { join } from "@std/path";
import { ifThere } from "../files/mod.ts";
import { type OrganName, ORGANS } from "../labels/mod.ts";
import { type Origin, ORIGINS, type Origins } from "./provenance.ts";

/** The file's name in a data folder. */
export const PROVENANCE_FILE = "provenance.json";

/** What a data folder in CT-ORG's layout that this project wrote says of itself. */
export interface ProvenanceRecord {
  readonly schema: "ct-organ-webgpu/provenance@1";
  /** False until the last case is written. */
  readonly complete: boolean;
  /** SPDX identifier, or words. */
  readonly licence: string;
  /** The command that wrote the folder. */
  readonly command: string;
  /** By number. */
  readonly cases: Readonly<Record<string, CaseRecord>>;
}

/** A case of a {@linkcode ProvenanceRecord}. */
export interface CaseRecord {
  /** Where the labels of each organ come from. */
  readonly origins: Origins;
  /** SHA-256 of the files, by name. */
  readonly sha256: Readonly<Record<string, string>>;
  /** The case's name in the data set it was taken from. */
  readonly source?: string;
  /** Names all that the files were made from: options, code and inputs. */
  readonly key?: string;
  /** What a person should know of the case, one line each. */
  readonly notes?: readonly string[];
}

/** What a folder's provenance file says. */
export interface Provenance {
  readonly licence: string;
  /** Of a case; nothing is known of one that the file does not name. */
  originsOf(number: number): Origins;
}

/**
 * Reads a data folder's provenance.
 *
 * @param folder The folder.
 * @returns What it says, or undefined if there is no such file.
 * @throws {SyntaxError} If the file is no such record.
 * @throws {Error} If the folder is not finished.
 */
export async function readProvenance(folder: string): Promise<Provenance | undefined> {
  const path = join(folder, PROVENANCE_FILE);
  const text = await ifThere(Deno.readTextFile(path));
  if (text === undefined) return undefined;
  const { complete, licence, cases } = parseProvenance(text, path);
  if (!complete) {
    throw new Error(
      `Cannot use data folder "${folder}": it is not finished; run the command again that writes it`,
    );
  }
  return {
    licence,
    originsOf: (number) => cases[number]?.origins ?? unknown(),
  };
}

/**
 * Parses a provenance file strictly: what stands in it decides which labels count as truth.
 *
 * @param text The file's text.
 * @param path Its path, for messages.
 * @returns The record.
 * @throws {SyntaxError} If it is none.
 */
export function parseProvenance(text: string, path: string): ProvenanceRecord {
  const wrong = (why: string, cause?: unknown) =>
    new SyntaxError(`Cannot use "${path}": ${why}`, { cause });
  let record: ProvenanceRecord;
  try {
    record = JSON.parse(text);
  } catch (error) {
    throw wrong("it is not JSON", error);
  }
  if (record?.schema !== "ct-organ-webgpu/provenance@1") {
    throw wrong(
      `its schema must be ct-organ-webgpu/provenance@1, found ${JSON.stringify(record?.schema)}`,
    );
  }
  const { complete, licence, command, cases } = record;
  if (
    typeof complete !== "boolean" || typeof licence !== "string" || typeof command !== "string" ||
    !isObject(cases)
  ) {
    throw wrong("complete, licence, command or cases is missing");
  }
  for (const [number, one] of Object.entries(cases)) {
    if (
      !/^\d+$/.test(number) || !isObject(one) || !isObject(one.origins) || !isObject(one.sha256)
    ) {
      throw wrong(`case ${JSON.stringify(number)} lacks a whole number, origins or sha256`);
    }
    for (const [organ, origin] of Object.entries(one.origins)) {
      if (organ === "background" || !Object.hasOwn(ORGANS, organ) || !isOrigin(origin)) {
        throw wrong(
          `case ${number} says ${
            JSON.stringify({ [organ]: origin })
          }; organs are CT-ORG's, origins are ${ORIGINS.join(", ")}`,
        );
      }
    }
  }
  return record;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOrigin(value: unknown): value is Origin {
  return (ORIGINS as readonly unknown[]).includes(value);
}

function unknown(): Origins {
  const organs = Object.keys(ORGANS).filter((name) => name !== "background") as OrganName[];
  return Object.fromEntries(organs.map((organ) => [organ, "unknown"]));
}
