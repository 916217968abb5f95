// Named by its path, as the package does not export its build for browsers: this way it needs no permission and `deno bundle` takes it in.
import chartSource from "../../node_modules/chart.js/dist/chart.umd.min.js" with { type: "text" };
import clientSource from "./client.js" with { type: "text" };
import style from "./report.css" with { type: "text" };
import type { Chart } from "./_charts.ts";
import { Html, markup, scriptJson } from "./_html.ts";

/** Part of a page: markup, the charts whose canvases stand in it, and scripts of its own. */
export interface Section {
  readonly body: Html;
  readonly charts?: readonly Chart[];
  /** Sources that run after the page's own, in this order. */
  readonly scripts?: readonly string[];
}

/** Puts a whole file together; nothing in it needs the network. */
export async function page(title: string, sections: readonly Section[]): Promise<string> {
  // A checkout may have turned line ends; a browser turns them back before it hashes.
  const scripts = [chartSource, clientSource, ...sections.flatMap(({ scripts = [] }) => scripts)]
    .map((source) => source.replaceAll("\r\n", "\n"));
  const hashes = await Promise.all(scripts.map(hash));
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.map((value) => `'sha256-${value}'`).join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const charts = sections.flatMap(({ charts = [] }) => charts);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
${sections.map(({ body }) => body)}
</main>
<script type="application/json" id="charts">${scriptJson(charts)}</script>
${scripts.map((source) => markup`<script>${new Html(source)}</script>\n`)}</body>
</html>
`.text;
}

async function hash(source: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  return new Uint8Array(digest).toBase64();
}
