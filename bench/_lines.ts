const LONGEST = 1 << 20;

/**
 * Splits a stream of bytes into lines.
 *
 * @param stream UTF-8 text.
 * @returns The lines without their ends, also the last if no newline follows it.
 * @throws {RangeError} If a line is longer than 1 MiB: no message of the protocol comes near.
 */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop()!;
    for (const part of parts) yield part.endsWith("\r") ? part.slice(0, -1) : part;
    if (rest.length > LONGEST) throw new RangeError("it wrote a line of more than 1 MiB");
  }
  if (rest !== "") yield rest;
}
