import type { Flag } from "./command.ts";

/** The flag of every command that uses the GPU. */
export const ADAPTER_FLAG = {
  type: "string",
  value: "NAME",
  help:
    "software, hardware, or a part of the adapter's name; else CT_ORGAN_ADAPTER, else the fastest",
} as const satisfies Flag;

/**
 * Which adapter to open: the flag, else the environment.
 *
 * @param flag The flag's value.
 * @returns What to hand to `openGpu`; undefined leaves the choice to it.
 */
export function wantedAdapter(flag: string | undefined): string | undefined {
  return flag ?? (Deno.env.get("CT_ORGAN_ADAPTER") || undefined);
}
