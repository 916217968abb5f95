/** Ends an attribute, a script or a comment, and opens an element that would run. */
export const HOSTILE =
  `"'></script><!--<script>globalThis.broken=1</script><img src=x onerror="globalThis.broken=1">&amp;\u2028`;

/** Fields that hold one of a few fixed words, not free text. */
const FIXED = [
  "schema",
  "kind",
  "effect",
  "metric",
  "verdict",
  "class",
  "organ",
  "implementation",
  "against",
  "time",
];

/**
 * A result in which every free text, names of entries included, has {@linkcode HOSTILE} at its end. Equal texts stay equal.
 *
 * @param value A result, or a part of it.
 * @param texts Collects the texts.
 * @param field Where the part stands.
 * @returns The same with other texts.
 */
export function poison<T>(value: T, texts: Set<string>, field = ""): T {
  const hostile = (text: string) => {
    texts.add(text);
    return text + HOSTILE;
  };
  if (typeof value === "string") return FIXED.includes(field) ? value : hostile(value) as T;
  if (Array.isArray(value)) return value.map((part) => poison(part, texts, field)) as T;
  if (typeof value !== "object" || value === null) return value;
  const free = ["versions", "config", "seeds"].includes(field);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      free ? hostile(name) : name,
      poison(part, texts, name),
    ]),
  ) as T;
}
