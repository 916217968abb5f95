import { type Html, markup, type Part } from "./_html.ts";

/** A table in a box that scrolls by itself where the page is too narrow, also from the keyboard. */
export function scrollTable(
  caption: string,
  head: Part,
  body: Part,
  kind?: "values" | "wide" | "figures",
): Html {
  // The caption stands outside, or it would scroll away with the columns.
  return markup`<p class="caption">${caption}</p>
<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
<table${kind && markup` class="${kind}"`} aria-label="${caption}">
${head}${body}</table>
</div>
`;
}

/** A table of names and values; without any rows nothing. */
export function valueTable(
  caption: string,
  rows: readonly (readonly [name: string, value: Part])[],
): Html {
  if (rows.length === 0) return markup``;
  const body = rows.map(([name, value]) =>
    markup`<tr>
<th scope="row">${name}</th>
<td>${value}</td>
</tr>
`
  );
  return scrollTable(caption, undefined, markup`<tbody>\n${body}</tbody>\n`, "values");
}

/** What few readers want, behind a line to open it; it stays closed on paper. Nothing where there is nothing. */
export function folded(summary: string, body: Html): Html {
  if (body.text === "") return body;
  return markup`<details>
<summary>${summary}</summary>
${body}</details>
`;
}
