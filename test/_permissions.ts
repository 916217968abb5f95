/** Where tests may look and write. */
export interface TestPlaces {
  /** The repository. */
  readonly root: string;
  /** The run's own temporary folder. */
  readonly temp: string;
  /** Programs other than `deno` that tests start, by path. */
  readonly programs: readonly string[];
}

/** Environment variables that tests, or the packages they use, need; the others read as absent. */
const ENV = [
  "CI",
  "CT_ORGAN_ADAPTER",
  "HOME",
  "INIT_CWD",
  "PATH",
  "TEMP",
  "TMP",
  "TMPDIR",
  "XDG_RUNTIME_DIR",
];

/**
 * The least that `deno test` needs: it writes in its own temporary folder alone and reaches no network.
 *
 * @param places The folders and programs of this run.
 * @returns Flags of `deno test`.
 */
export function testPermissions({ root, temp, programs }: TestPlaces): string[] {
  return [
    "--no-prompt",
    `--allow-read=${[root, `${root}/../shared/data`, temp, ...programs].join(",")}`,
    `--allow-write=${temp}`,
    `--allow-env=${ENV.join(",")}`,
    `--allow-run=${["deno", "git", ...programs].join(",")}`,
    "--allow-sys=cpus,homedir,osRelease,systemMemoryInfo",
    // Playwright asks for dozens of variables, and for files that tell a container: it gets "absent", not an error.
    "--ignore-env",
    "--ignore-read=/etc,/proc,/run",
  ];
}
