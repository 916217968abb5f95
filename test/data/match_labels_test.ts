import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { matchLabelFiles } from "../../src/data/mod.ts";

async function match(predictions: readonly string[], truths: readonly string[]) {
  const root = await Deno.makeTempDir();
  try {
    const folders = { prediction: join(root, "p"), truth: join(root, "t") };
    for (
      const [folder, names] of [[folders.prediction, predictions], [folders.truth, truths]] as const
    ) {
      await Deno.mkdir(folder);
      for (const name of names) await Deno.writeTextFile(join(folder, name), "");
    }
    const { pairs, ...rest } = await matchLabelFiles(folders);
    const inside = (path: string) => path.slice(root.length + 3);
    return {
      pairs: pairs.map(({ name, prediction, truth }) => [name, inside(prediction), inside(truth)]),
      ...rest,
    };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("matchLabelFiles() pairs files of one name, whichever way they are packed", async () => {
  assertEquals(await match(["b.nii", "a.nii.gz", "notes.txt"], ["a.nii.gz", "b.nii.gz"]), {
    pairs: [["a", "a.nii.gz", "a.nii.gz"], ["b", "b.nii", "b.nii.gz"]],
    faults: [],
    unused: [],
  });
});

Deno.test("matchLabelFiles() pairs by number in CT-ORG's order, and leaves CTs beside labels out", async () => {
  const found = await match(
    ["volume-10.nii.gz", "volume-2.nii.gz", "volume-77.nii.gz"],
    ["labels-10.nii.gz", "labels-2.nii.gz", "volume-2.nii.gz", "volume-10.nii.gz"],
  );
  assertEquals(found, {
    pairs: [
      ["labels-2", "volume-2.nii.gz", "labels-2.nii.gz"],
      ["labels-10", "volume-10.nii.gz", "labels-10.nii.gz"],
    ],
    faults: [],
    unused: ["volume-77"],
  });
});

Deno.test("matchLabelFiles() takes the name before the number", async () => {
  const found = await match(["case_01.nii", "old_01.nii"], ["case_01.nii"]);
  assertEquals(found.pairs, [["case_01", "case_01.nii", "case_01.nii"]]);
  assertEquals(found.unused, ["old_01"]);
});

Deno.test("matchLabelFiles() does not guess", async () => {
  assertEquals(await match(["x1.nii", "y1.nii"], ["1.nii", "2.nii", "a1b2.nii"]), {
    pairs: [],
    faults: [
      { name: "1", why: "it has several predictions: x1.nii, y1.nii" },
      { name: "2", why: "it has no prediction" },
      { name: "a1b2", why: "it has no prediction" },
    ],
    unused: [],
  });
  assertEquals(await match(["7.nii"], ["a7.nii", "b07.nii"]), {
    pairs: [],
    faults: [
      { name: "a7", why: 'prediction "7.nii" could be that of a7.nii and b07.nii' },
      { name: "b07", why: 'prediction "7.nii" could be that of a7.nii and b07.nii' },
    ],
    unused: [],
  });
  assertEquals((await match(["a.nii"], ["a.nii", "a.nii.gz"])).faults.length, 2);
});

Deno.test("matchLabelFiles() refuses a folder that is none, or holds no NIfTI file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const there = { prediction: folder, truth: folder };
    await assertRejects(() => matchLabelFiles(there), Error, "it holds no .nii.gz or .nii file");
    await assertRejects(
      () => matchLabelFiles({ ...there, prediction: join(folder, "gone") }),
      Error,
      "there is no such folder",
    );
  } finally {
    await Deno.remove(folder);
  }
});
