import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { gitCommit, gitDirty } from "../../src/reproduce/_git.ts";
import { withFolder } from "./_folder.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

async function write(folder: string, files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text);
  }
}

Deno.test("gitCommit() reads a detached head", () =>
  withFolder(async (folder) => {
    await write(folder, { ".git/HEAD": `${COMMIT}\n` });
    assertEquals(await gitCommit(folder), COMMIT);
  }));

Deno.test("gitCommit() follows a branch, loose or packed", () =>
  withFolder(async (folder) => {
    await write(folder, {
      ".git/HEAD": "ref: refs/heads/main\n",
      ".git/packed-refs": `# pack-refs with: peeled\n${COMMIT} refs/heads/main\n^${
        "f".repeat(40)
      }\n`,
    });
    assertEquals(await gitCommit(folder), COMMIT);
    const newer = "a".repeat(40);
    await write(folder, { ".git/refs/heads/main": `${newer}\n` });
    assertEquals(await gitCommit(folder), newer);
  }));

Deno.test("gitCommit() finds the branch of a second worktree", () =>
  withFolder(async (folder) => {
    await write(folder, {
      "main/.git/refs/heads/side": `${COMMIT}\n`,
      "main/.git/worktrees/side/HEAD": "ref: refs/heads/side\n",
      "main/.git/worktrees/side/commondir": "../..\n",
      "side/.git": `gitdir: ${join(folder, "main/.git/worktrees/side")}\n`,
    });
    assertEquals(await gitCommit(join(folder, "side")), COMMIT);
  }));

Deno.test("gitCommit() is undefined without a repository, a commit or a sound file", () =>
  withFolder(async (folder) => {
    assertEquals(await gitCommit(folder), undefined);
    await write(folder, { ".git/HEAD": "ref: refs/heads/main\n" });
    assertEquals(await gitCommit(folder), undefined);
    await write(folder, { ".git/HEAD": "something else\n" });
    assertEquals(await gitCommit(folder), undefined);
  }));

Deno.test("gitCommit() reads the commit of packed sources, which a repository overrules", () =>
  withFolder(async (folder) => {
    await write(folder, { COMMIT: `${COMMIT}\n` });
    assertEquals(await gitCommit(folder), COMMIT);
    const newer = "a".repeat(40);
    await write(folder, { ".git/HEAD": `${newer}\n` });
    assertEquals(await gitCommit(folder), newer);
  }));

Deno.test("gitCommit() takes no other text for the commit of packed sources", () =>
  withFolder(async (folder) => {
    await write(folder, { COMMIT: "unknown\n" });
    assertEquals(await gitCommit(folder), undefined);
  }));

Deno.test("gitDirty() tells changed and new sources from a clean checkout, and from none", () =>
  withFolder(async (folder) => {
    const git = async (...args: string[]) => {
      const { success } = await new Deno.Command("git", {
        args: ["-C", folder, "-c", "user.name=T", "-c", "user.email=t@example.org", ...args],
        stdout: "null",
        stderr: "null",
      }).output();
      assertEquals(success, true);
    };
    await git("init");
    await write(folder, { "src/a.ts": "1", "notes.txt": "n" });
    await git("add", "src");
    await git("commit", "--message", "One");
    assertEquals(await gitDirty(folder), false);
    await write(folder, { "src/a.ts": "2" });
    assertEquals(await gitDirty(folder), true);
    await write(folder, { "src/a.ts": "1", "src/b.ts": "3" });
    assertEquals(await gitDirty(folder), true);
    await Deno.remove(join(folder, ".git"), { recursive: true });
    assertEquals(await gitDirty(folder), undefined);
  }));
