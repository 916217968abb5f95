// Types of the part of @std/text that this project uses; `deno-std` ships none. Signatures as in @std/text 1.

export function closestString(
  givenWord: string,
  possibleWords: ReadonlyArray<string>,
): string;
