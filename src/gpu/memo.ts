/**
 * Keeps what a pure function made, by its arguments: a kernel's WGSL is written once for each shape.
 *
 * @param make The function; its arguments are plain data.
 * @returns The same function, which makes each result once.
 *
 * @example
 * ```ts
 * const rows = memo((length: number) => defineKernel({ label: "example/rows", code: rowsWgsl(length), bindings: {} }));
 * ```
 */
export function memo<K extends readonly unknown[], V>(make: (...key: K) => V): (...key: K) => V {
  const made = new Map<string, V>();
  return (...key) => {
    const name = JSON.stringify(key);
    const known = made.get(name);
    if (known !== undefined) return known;
    const value = make(...key);
    made.set(name, value);
    return value;
  };
}
