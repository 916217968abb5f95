import type { Flag } from "./command.ts";
import { userPath } from "./paths.ts";

/** `--cache DIR`, for commands that read a data folder's cases. */
export const CACHE_FLAG = {
  type: "string",
  value: "DIR",
  help: "Folder of resampled cases, to be used again (reports/cache by default), or none",
} as const satisfies Flag;

/**
 * The cache's folder: beside the runs' folders, as all runs on a data set share it.
 *
 * @param value As typed, or undefined where the flag is absent.
 * @returns An absolute path; undefined to keep nothing.
 */
export function cacheFolder(value: string | undefined): string | undefined {
  return value === "none" ? undefined : userPath(value ?? "reports/cache");
}
