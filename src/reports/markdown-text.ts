import { clean } from "./terminal.ts";

// Text out of images and advisories, put into Markdown where it must stay text: no HTML, no table cells, no emphasis, no links, no
// mentions of people, no references to issues (https://github.github.com/gfm/, https://docs.github.com/en/get-started/writing-on-github).

// A mention, a reference or an address with this within it is none. An escape or an entity would not do: they are undone first.
const nothing = "\u200B";

const written: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "|": "&#124;",
  "`": "&#96;",
  "[": "&#91;",
  "]": "&#93;",
  "@": `@${nothing}`,
  "#": `#${nothing}`,
  "://": `:${nothing}//`,
};

/** Text on one line as it reads. */
export function inlineText(text: string): string {
  return clean(text).replace(
    /^(?:[-+=]|\d+(?=[.)]))|[&<>|`[\]\\*_~$@#]|:\/\/|www(?=\.)/gi,
    (found, at: number) => {
      const known = written[found];
      if (known !== undefined) return known;
      if (/^www$/i.test(found)) return `${found}${nothing}`;
      return at === 0 && /^[-+=\d]/.test(found) ? `${nothing}${found}` : `\\${found}`;
    },
  );
}

/** Text on one line as code, also in a cell of a table. */
export function inlineCode(text: string): string {
  const plain = clean(text).replaceAll("|", "\\|");
  if (plain.trim() === "") return "";
  const longest = [...plain.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  const fence = "`".repeat(longest + 1);
  const pad = plain.startsWith("`") || plain.endsWith("`") ? " " : "";
  return `${fence}${pad}${plain}${pad}${fence}`;
}
