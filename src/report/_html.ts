import { escape } from "@std/html";

/** Markup that is safe to show: its dynamic parts are escaped. */
export class Html {
  /** The markup. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in {@linkcode markup}; `undefined` and `false` show nothing. */
export type Part = Html | string | number | undefined | false | readonly Part[];

/**
 * Template tag for markup: strings and numbers are escaped, for text and for attributes in double quotes, {@linkcode Html} is taken
 * as it is, lists are joined.
 */
export function markup(strings: TemplateStringsArray, ...values: Part[]): Html {
  return new Html(strings.reduce((text, next, i) => text + show(values[i - 1]) + next));
}

function show(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "string" || typeof part === "number") return escape(`${part}`);
  return part ? part.map(show).join("") : "";
}

/** A value as JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
}
