/**
 * Starts a program in a process group of its own, as a terminal does, and sends the whole group a signal once it has said something. Then
 * writes as JSON how the program ended and what it wrote. A program of its own, as signalling a group needs a permission that tests lack.
 *
 * Arguments: signal, the text to wait for on stderr, program, its arguments.
 */
const [signal, text, program, ...args] = Deno.args;

const child = new Deno.Command(program!, {
  args,
  stdin: "null",
  stdout: "piped",
  stderr: "piped",
  detached: true,
}).spawn();

const stdout = new Response(child.stdout).text();
let stderr = "";
let sent = false;
for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
  stderr += part;
  if (!sent && stderr.includes(text!)) {
    sent = true;
    Deno.kill(-child.pid, signal as Deno.Signal);
  }
}
const { code } = await child.status;
console.log(JSON.stringify({ code, sent, stdout: await stdout, stderr }));
