// Reads a case through a cache, again and again, as a process of its own: prints a hash of its voxels, or what went wrong.
import { ctOrgLabels, readCaseCached } from "../../src/data/mod.ts";
import { hashBytes } from "../../src/files/mod.ts";

const [volume = "", labels = "", cache = ""] = Deno.args;
const hashes = new Set<string>();
for (let i = 0; i < 20; i++) {
  const one = await readCaseCached({ volume, labels: ctOrgLabels(labels) }, { cache });
  const { buffer, byteOffset, byteLength } = one.volume.data;
  hashes.add(hashBytes(new Uint8Array(buffer, byteOffset, byteLength), one.labels.data));
  // The entry is gone under the others' feet.
  if (i % 3 === 0) {
    for await (const { name } of Deno.readDir(cache)) {
      if (name.endsWith(".case")) await Deno.remove(`${cache}/${name}`).catch(() => {});
    }
  }
}
console.log([...hashes].join());
