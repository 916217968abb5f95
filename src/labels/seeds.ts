import type { Vec3 } from "../volume/mod.ts";
import { type OrganSeeds, SEEDED_ORGANS, type SeededOrgan } from "./grow_organ.ts";

/**
 * Parses points that a person clicked: `{ "liver": [[62, -14, 1180]], "kidneys": [[60, -50, 1130], [-60, -48, 1140]] }`, world mm as NIfTI has
 * them: numbers grow to the patient's right, front and head (RAS+).
 *
 * @param text JSON.
 * @param path The file's path, for messages.
 * @returns The points of each organ.
 * @throws {SyntaxError} If it is something else.
 */
export function parseSeeds(text: string, path: string): OrganSeeds {
  const wrong = (why: string, cause?: unknown) =>
    new SyntaxError(`Cannot use points "${path}": ${why}`, { cause });
  let points: unknown;
  try {
    points = JSON.parse(text);
  } catch (cause) {
    throw wrong("they are not JSON", cause);
  }
  if (typeof points !== "object" || points === null || Array.isArray(points)) {
    throw wrong('they must be an object of organs, e.g. {"liver": [[62, -14, 1180]]}');
  }
  const entries = Object.entries(points);
  if (entries.length === 0) throw wrong("there is none");
  for (const [organ, list] of entries) {
    if (!(SEEDED_ORGANS as readonly string[]).includes(organ)) {
      throw wrong(`${JSON.stringify(organ)} is none of ${SEEDED_ORGANS.join(", ")}`);
    }
    if (!Array.isArray(list) || list.length === 0) {
      throw wrong(`${organ} must have a list of points, e.g. [[62, -14, 1180]]`);
    }
    const odd = list.find((point) => !isPoint(point));
    if (odd !== undefined) {
      throw wrong(`a point of ${organ} is three numbers, mm, found ${JSON.stringify(odd)}`);
    }
  }
  return points as Partial<Record<SeededOrgan, Vec3[]>>;
}

function isPoint(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}
