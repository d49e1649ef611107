import type { RandomAccess } from "../core/plugin.ts";
import { readLines } from "./lines.ts";

/** 1 MiB of text, 64 KiB a line: the longest of Debian's have some 500 KB. */
const limits = { file: 2 ** 20, line: 2 ** 16 };
const maxNames = 200;
const maxName = 100;

/** Bytes of a copyright file above which it is not read. */
export const maxCopyrightSize: number = limits.file;

/**
 * Licences that a Debian copyright file names, each once, sorted. Machine-readable ones
 * (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/): the short names in the License fields of Files
 * paragraphs, else of the header. Others: the texts of `/usr/share/common-licenses` to which they refer.
 * @throws SeaworthyError `limit-exceeded` for a file or a line that is too long.
 */
export function readCopyright(bytes: RandomAccess): readonly string[] {
  const texts = new Set<string>();
  const named = { files: new Set<string>(), header: new Set<string>() };
  let paragraph = newParagraph(true);
  for (const line of readLines(bytes, "copyright", limits)) {
    addReferences(line, texts);
    if (line.trim() !== "") takeField(paragraph, line);
    else if (paragraph.begun) {
      finish(paragraph, named);
      // A file whose first paragraph has no Format is free text, whatever its lines look like.
      paragraph = newParagraph(false, paragraph.readable);
    }
  }
  finish(paragraph, named);
  const best = [named.files, named.header, texts].find(({ size }) => size > 0);
  return [...(best ?? [])].sort();
}

interface Paragraph {
  readonly first: boolean;
  begun: boolean;
  /** Has the file's first paragraph a Format? */
  readable: boolean;
  hasFiles: boolean;
  licence: string;
}

function newParagraph(first: boolean, readable = false): Paragraph {
  return { first, begun: false, readable, hasFiles: false, licence: "" };
}

const field = /^(format(?:-specification)?|files|license)[ \t]*:/i;

// Of a License field only the first line has names; the text follows on the lines below.
function takeField(paragraph: Paragraph, line: string): void {
  paragraph.begun = true;
  const [head, name = ""] = field.exec(line) ?? [];
  if (head === undefined) return;
  switch (name.toLowerCase()) {
    case "files":
      paragraph.hasFiles = true;
      break;
    case "license":
      paragraph.licence ||= line.slice(head.length).trim();
      break;
    default:
      if (paragraph.first) paragraph.readable = true;
  }
}

function finish(
  { first, readable, hasFiles, licence }: Paragraph,
  named: { readonly files: Set<string>; readonly header: Set<string> },
): void {
  if (!readable) return;
  if (hasFiles) addNames(licence, named.files);
  else if (first) addNames(licence, named.header);
}

// `and` and `or` join names, a comma before them binds weaker; `with` names an exception, which is part of the name.
function addNames(expression: string, names: Set<string>): void {
  for (const part of expression.slice(0, limits.line).split(/,|\||(?<!\S)(?:and\/or|and|or)(?!\S)/i)) {
    const name = part.trim().replaceAll(/\s+/g, " ");
    if (name !== "" && name.length <= maxName && names.size < maxNames) names.add(name);
  }
}

const reference = /\/common-licenses\/([A-Za-z0-9][A-Za-z0-9.+-]{0,99})/g;

function addReferences(line: string, names: Set<string>): void {
  if (!line.includes("/common-licenses/")) return;
  for (const [, name = ""] of line.matchAll(reference))
    if (names.size < maxNames) names.add(name.replace(/[.-]+$/, ""));
}
