import { fromFileUrl, join } from "@std/path";

const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** Lines on stderr, the last line break left out. */
  readonly errors: readonly string[];
}

/** Where and how a command runs. */
export interface Place {
  /** The folder the person stands in. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A task as a person starts it, with the task's own permissions.
 *
 * @param args The task's name and its arguments.
 * @param place Where to start it.
 * @returns What to spawn.
 */
export function taskCommand(args: readonly string[], { cwd, env = {} }: Place): Deno.Command {
  return new Deno.Command("deno", {
    args: ["task", "--quiet", "--config", CONFIG, ...args],
    cwd,
    // Vulkan's complaint about an absent XDG_RUNTIME_DIR is none of ours.
    env: { NO_COLOR: "1", XDG_RUNTIME_DIR: cwd, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/**
 * Runs a task to its end.
 *
 * @param args The task's name and its arguments.
 * @param place Where to start it.
 * @returns What it left behind.
 */
export async function runTask(args: readonly string[], place: Place): Promise<Outcome> {
  const { code, stdout, stderr } = await taskCommand(args, place).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    errors: decoder.decode(stderr).trimEnd().split(/\r?\n/).filter((line) => line !== ""),
  };
}

/** A folder of its own, with spaces in its name, removed at the end. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "a folder with spaces " }));
  }

  async write(name: string, content: Uint8Array): Promise<void> {
    await Deno.writeFile(join(this.path, name), content);
  }

  /** Names of what it holds, sorted. */
  async names(): Promise<string[]> {
    const names = [];
    for await (const { name } of Deno.readDir(this.path)) names.push(name);
    return names.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
