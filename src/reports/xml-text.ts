import { clean } from "./terminal.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/** Text as the value of an attribute. What XML has no character for is written out. */
export function attribute(text: string): string {
  return lawful(text).replace(/[&<>"\n]/g, (char) => entities[char] ?? char);
}

/** Text of an element; it keeps its lines. */
export function content(text: string): string {
  return lawful(text).replace(/[&<>]/g, (char) => entities[char] ?? char);
}

// https://www.w3.org/TR/xml/#charsets: of what clean() leaves, two code points are no characters of XML.
function lawful(text: string): string {
  return text
    .split("\n")
    .map((line) => clean(line).replace(/[\uFFFE\uFFFF]/g, "\uFFFD"))
    .join("\n");
}

/** Attributes in their order; those without a value left out. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${attribute(String(value))}"`]))
    .join("");
}
