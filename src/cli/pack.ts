import { fromFileUrl, resolve } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { packArchive } from "../pack/mod.ts";
import { gitCommit } from "../reproduce/mod.ts";
import { type Command, defineCommand } from "./command.ts";
import { checkOutput } from "./outputs.ts";
import { userPath } from "./paths.ts";

/** In the project's folder, as what other tasks write. */
const DEFAULT = `reports/ct-organ-webgpu-${config.version}-linux-x64.tar.xz`;

/** Packs the project for a machine without network. */
export const packCommand: Command = defineCommand({
  name: "pack",
  summary: "Write an archive that runs on a bare x86-64 Linux GPU host without network",
  operands: ["[OUT.tar.xz]"],
  flags: {},
  details: `OUT.tar.xz is ${DEFAULT} by default, in the project's folder.\n` +
    "The archive holds the sources, the packages they load, this Deno, a Vulkan loader for hosts without one,\n" +
    "licences, COMMIT and SHA256SUMS; under 60 MB, the same bytes each time. The GPU's own driver stays the host's.\n\n" +
    "On the host, with tar and xz, or with python3 alone:\n" +
    "  tar -xJf OUT.tar.xz\n" +
    "  python3 -c 'import tarfile; tarfile.open(\"OUT.tar.xz\").extractall()'\n" +
    "  cd ct-organ-webgpu && sha256sum --check --quiet SHA256SUMS && ./run doctor\n\n" +
    "./run there knows every task but pack and test. Packing needs xz or python3.",
  examples: [
    { line: "deno task pack", does: "The archive, in about a minute" },
    { line: "deno task pack /media/stick/ct-organ.tar.xz", does: "The same at another place" },
  ],
  async run([output], _flags, { signal, progress, print }) {
    if (output === undefined) await Deno.mkdir("reports", { recursive: true });
    const path = output === undefined ? resolve(DEFAULT) : userPath(output);
    await checkOutput(path);
    const commit = await gitCommit(fromFileUrl(new URL("../../", import.meta.url)));
    const { bytes, files } = await packArchive(path, {
      commit,
      signal,
      onStage: (stage) => progress.stage(stage),
    });
    progress[Symbol.dispose]();
    print(
      `${path}: ${(bytes / 1e6).toFixed(1)} MB, ${files} files, ${commit ?? "no commit known"}`,
    );
  },
});
