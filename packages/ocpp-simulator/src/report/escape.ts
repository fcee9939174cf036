/** Text into HTML and SVG. */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** Safe as text and inside a quoted attribute; control characters and those that turn text round become `?`. */
export const escape = (text: string): string =>
  text
    .replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\uFFFE\uFFFF]/gu, "?")
    .replaceAll(/[&<>"']/gu, (character) => entities[character] ?? character)
