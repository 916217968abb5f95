import { dirname, join } from "@std/path";
import { createVolume, type Vec3, type VoxelArray, writeNifti } from "../../src/volume/mod.ts";

/** A folder of its own, removed at the end. */
export class DataFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param files Content by path in the folder; without content a file is empty. */
  static async make(files: Readonly<Record<string, string>> = {}): Promise<DataFolder> {
    const folder = new DataFolder(await Deno.makeTempDir());
    for (const [name, content] of Object.entries(files)) await folder.write(name, content);
    return folder;
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    const path = join(this.path, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
  }

  /** Writes a volume of 3 mm, or of another spacing. */
  async volume(
    name: string,
    data: VoxelArray,
    dims: Vec3,
    spacing: Vec3 = [3, 3, 3],
  ): Promise<void> {
    const path = join(this.path, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await writeNifti(path, createVolume(data, { dims, spacing }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Empty files of these names. */
export function empty(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, ""]));
}
