/** What stands between the tags of a page's body, scripts left out. */
export function bodyText(page: string): string {
  return page.slice(page.indexOf("<main>"), page.indexOf("</main>")).replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ").trim();
}
