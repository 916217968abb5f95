// Types of the part of @std/html that this project uses; `deno-std` ships none. Signatures as in @std/html 1.

export function escape(str: string): string;
