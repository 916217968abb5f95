import type { DataCheck } from "../data/mod.ts";

/** What `check-data` writes with `--json`. */
export interface DataCheckResult extends DataCheck {
  readonly schema: "ct-organ-webgpu/data-check@1";
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The folder's own name. */
  readonly name: string;
}
