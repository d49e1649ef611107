import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import { formatPurl, parsePurl } from "../core/purl.ts";
import { parseReference } from "../core/reference.ts";
import type { TextScheme } from "../core/version.ts";
import { scoreCvss } from "../formats/cvss.ts";
import { schemeNamed, schemes } from "../versions/list.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { type Line, lineBatches } from "./lines.ts";

const longestLine = 64 * 1024;

/** Answers one item, without line end. @throws SeaworthyError when the item cannot be read. */
type Explainer = (item: string) => string;

/** `seaworthy explain SUBJECT`: how Seaworthy reads a version, a package URL, an image reference or a CVSS vector. */
export const command: Command = {
  name: "explain",
  summary: "say how a version, package URL, image reference or CVSS vector is read",
  usage: `seaworthy explain version SCHEME [A B]...
seaworthy explain purl [PURL]...
seaworthy explain reference [REFERENCE]...
seaworthy explain cvss [VECTOR]...

Reads one item a line from the standard input when none is given, and answers one line for each:
  version    A<TAB>B    <, =, > or undecided (when one of them is no version of the scheme)
  purl                  {"type", "namespace", "name", "version", "qualifiers", "subpath", "canonical"}
  reference             {"domain", "path", "tag", "digest", "canonical"}
  cvss                  {"version", "score", "severity"}
  what cannot be read   {"error": {"code", "message"}}
Absent parts are null. Schemes: ${Object.keys(schemes).join(", ")}, or an ecosystem's name (debian, npm, crates ...).
Exit code: 0 when every line was answered, be it with an error; 2 for a wrong command line.
`,
  run,
};

async function run(args: readonly string[], io: Io): Promise<number> {
  const { positionals } = parse(args);
  const [subject, ...rest] = positionals;
  const { explain, items } = explainerFor(subject, rest);
  const answers = items.length > 0 ? answerItems(items, explain) : answerLines(io.stdin, explain);
  try {
    await pipeline(Readable.from(answers), io.stdout, { end: false });
  } catch (thrown) {
    if (!isClosedPipe(thrown)) throw thrown;
  }
  return exitCodes.pass;
}

function parse(args: readonly string[]): { readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], options: {}, allowPositionals: true });
  } catch (thrown) {
    throw usage(messageOf(thrown));
  }
}

function explainerFor(
  subject: string | undefined,
  rest: readonly string[],
): { readonly explain: Explainer; readonly items: readonly string[] } {
  switch (subject) {
    case "version": {
      const [name, ...versions] = rest;
      return { explain: compareWith(schemeOf(name)), items: pairs(versions) };
    }
    case "purl":
      return { explain: explainPurl, items: rest };
    case "reference":
      return { explain: explainReference, items: rest };
    case "cvss":
      return { explain: (item) => JSON.stringify(scoreCvss(item)), items: rest };
    case undefined:
      throw usage("a subject is missing");
    default:
      throw usage(`no such subject "${subject}"`);
  }
}

function schemeOf(name: string | undefined): TextScheme {
  if (name === undefined) throw usage("a version scheme is missing");
  const scheme = schemeNamed(name);
  if (scheme !== undefined) return scheme;
  throw new SeaworthyError("usage", `explain versions by "${name}": no such scheme`, {
    hint: `use one of ${Object.keys(schemes).join(", ")}`,
  });
}

// As arguments, versions come two by two, or as A<TAB>B.
function pairs(versions: readonly string[]): readonly string[] {
  if (versions.some((version) => version.includes("\t"))) return versions;
  if (versions.length % 2 === 1) throw usage(`version "${versions.at(-1)}" has none to be compared with`);
  return versions.flatMap((version, at) => (at % 2 === 0 ? [`${version}\t${versions[at + 1] ?? ""}`] : []));
}

function compareWith(scheme: TextScheme): Explainer {
  return (item) => {
    const [a, b, ...more] = item.split("\t");
    if (a === undefined || b === undefined || more.length > 0)
      throw new SeaworthyError("version-invalid", `compare "${item}": not two versions with one tab between`);
    const result = scheme.compareText(a, b);
    return result === undefined ? "undecided" : result < 0 ? "<" : result > 0 ? ">" : "=";
  };
}

function explainPurl(item: string): string {
  const purl = parsePurl(item);
  const { type, namespace = null, name, version = null, qualifiers, subpath = null } = purl;
  return JSON.stringify({
    type,
    namespace,
    name,
    version,
    qualifiers: Object.keys(qualifiers).length === 0 ? null : sortedByKey(qualifiers),
    subpath,
    canonical: formatPurl(purl),
  });
}

function sortedByKey(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function explainReference(item: string): string {
  const { domain, path, tag, digest, canonical } = parseReference(item);
  return JSON.stringify({ domain, path, tag, digest, canonical });
}

async function* answerLines(input: Readable, explain: Explainer): AsyncGenerator<string> {
  for await (const batch of lineBatches(input, longestLine)) {
    if (batch.length > 0) yield batch.map((line) => answer(line, explain)).join("");
  }
}

function* answerItems(items: readonly string[], explain: Explainer): Generator<string> {
  for (const text of items) yield answer({ text }, explain);
}

function answer(line: Line, explain: Explainer): string {
  try {
    return `${explain(itemOf(line))}\n`;
  } catch (thrown) {
    if (!(thrown instanceof SeaworthyError)) throw thrown;
    return `${JSON.stringify({ error: { code: codeOf(thrown), message: thrown.message } })}\n`;
  }
}

function itemOf(line: Line): string {
  if ("text" in line) return line.text;
  throw line.refused === "too-long"
    ? new SeaworthyError("limit-exceeded", `read a line: longer than ${longestLine} bytes`)
    : new SeaworthyError("malformed", "read a line: not UTF-8");
}

function usage(state: string): SeaworthyError {
  return new SeaworthyError("usage", `explain: ${state}`, {
    hint: "seaworthy explain version SCHEME | purl | reference | cvss; --help tells more",
  });
}

function isClosedPipe(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "EPIPE";
}
