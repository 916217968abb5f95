/**
 * Keeps what a pure function made, by its arguments: a kernel's WGSL is written once for each shape.
 *
 * @param make The function.
 * @returns The same function, which makes each result once.
 */
export function memo<K extends readonly (string | number | boolean)[], V>(
  make: (...key: K) => V,
): (...key: K) => V {
  const made = new Map<string, V>();
  return (...key) => {
    const name = key.join();
    const known = made.get(name);
    if (known !== undefined) return known;
    const value = make(...key);
    made.set(name, value);
    return value;
  };
}
