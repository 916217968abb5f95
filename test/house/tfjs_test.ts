import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };

/** Whether a module or anything it imports at once is tfjs. */
async function loadsTfjs(path: string): Promise<boolean> {
  const { code, stdout } = await new Deno.Command("deno", {
    args: ["info", "--json", fromFileUrl(new URL(`../../${path}`, import.meta.url))],
    stdout: "piped",
  }).output();
  assertEquals(code, 0);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { dependencies?: { specifier: string; code?: unknown; isDynamic?: boolean }[] }[];
  };
  return modules.some(({ dependencies = [] }) =>
    dependencies.some(({ specifier, code, isDynamic }) =>
      specifier.startsWith("@tensorflow/") && code !== undefined && !isDynamic
    )
  );
}

Deno.test("of the public modules only ./train loads tfjs", async () => {
  for (const [name, path] of Object.entries(config.exports)) {
    assertEquals(await loadsTfjs(path), name === "./train", name);
  }
});
