import mustache from "mustache";
import { SeaworthyError } from "../core/errors.ts";
import { csvCell } from "./csv.ts";
import { inlineText } from "./markdown-text.ts";
import { clean } from "./terminal.ts";
import { attribute } from "./xml-text.ts";

/** A template of the user's: Mustache (https://mustache.github.io/mustache.5.html), without logic of its own. */
export interface Template {
  /** As it was named: its ending says what is written, `report.html.mustache` HTML. */
  readonly name: string;
  readonly text: string;
}

/**
 * Fills a template with the values of a JSON document. `{{name}}` is escaped for what the template's name says it writes (HTML, XML,
 * JSON, CSV, Markdown; else control characters are written out), `{{{name}}}` is put in as it is. @throws SeaworthyError `malformed`.
 */
export function fillTemplate({ name, text }: Template, json: string): string {
  const escape = escaper(name);
  const value: unknown = JSON.parse(json, lonely);
  try {
    return mustache.render(text, value, refusePartial, { escape: (one: unknown) => escape(words(one)) });
  } catch (thrown) {
    throw unreadable(name, text, thrown);
  }
}

function refusePartial(name: string): never {
  throw new Error(`"{{> ${name}}}" asks for another template, and there is none`);
}

// Without a prototype a document has its own names only: no template can reach a function.
function lonely(_: string, value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.setPrototypeOf(value, null) : value;
}

function words(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function escaper(name: string): (text: string) => string {
  const [, ending = ""] = /\.([a-z]+)(?:\.(?:mustache|tpl|tmpl|template))?$/i.exec(name) ?? [];
  switch (ending.toLowerCase()) {
    case "html":
    case "htm":
    case "xml":
    case "svg":
      return (text) => attribute(text).replaceAll("'", "&#39;");
    case "json":
    case "jsonl":
    case "sarif":
      return (text) => JSON.stringify(text.toWellFormed()).slice(1, -1);
    case "csv":
      return csvCell;
    case "md":
    case "markdown":
      return inlineText;
    default:
      return clean;
  }
}

// Mustache tells the place as a count of characters, `Unclosed tag at 12`, and of a section that stays open only the end of the text.
function unreadable(name: string, text: string, thrown: unknown): SeaworthyError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const [, state = message, at] = /^([^\n]*?)(?: at (\d+))?$/.exec(message) ?? [];
  const [, open] = /^Unclosed section "(.*)"$/.exec(state) ?? [];
  const opened =
    open === undefined ? -1 : Math.max(text.lastIndexOf(`{{#${open}`), text.lastIndexOf(`{{^${open}`));
  const place = at === undefined ? "" : placeText(text, opened === -1 ? Number(at) : opened);
  return new SeaworthyError("malformed", `read template "${name}": ${place}${state}`, {
    cause: thrown,
    hint: "docs/reports.md tells how templates are written",
  });
}

function placeText(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}: `;
}
