/**
 * apt-get for the tests: `_fake_apt.ts LOG CODE COMMAND ...` adds its command to the log and ends with the code where it installs.
 *
 * @module
 */
const [log = "", code = "0", ...args] = Deno.args;
Deno.writeTextFileSync(log, `${Deno.env.get("DEBIAN_FRONTEND")} ${args.join(" ")}\n`, {
  append: true,
});
if (args[0] === "update") {
  console.error("W: Failed to fetch a list");
  Deno.exit(100);
}
if (code !== "0") {
  console.error("W: something is old");
  console.error("E: Unable to locate package python3-scipy");
  console.error("E: and so on");
}
Deno.exit(Number(code));
