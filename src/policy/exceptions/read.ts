import { isDay } from "../../core/day.ts";
import { codeOf, messageOf } from "../../core/errors.ts";
import { type Exception, justifications, reopenTriggers } from "../../core/exception.ts";
import type { Scope } from "../../core/policy.ts";
import { severities } from "../../core/severity.ts";
import {
  entriesOf,
  expected,
  type Fields,
  fieldsOf,
  flagOf,
  itemsOf,
  neededText,
  probabilityOf,
  type Reader,
  textOf,
  textsOf,
  wordOf,
  wrong,
} from "./fields.ts";
import { type Located, type LocatedEntry, readLocated } from "./located.ts";
import { parsePackagePattern } from "./package-pattern.ts";
import { fromRoot } from "./pattern.ts";
import { invalidFile } from "./problems.ts";

/** The keys of an exception, in the order in which they are written. */
const keys = [
  "id",
  "package",
  "path",
  "layer",
  "scope",
  "justification",
  "reason",
  "owner",
  "created",
  "expires",
  "reopens",
  "seen",
] as const;
const scopeKeys = ["images", "repositories", "namespaces", "labels"] as const;
const seenKeys = ["severity", "epss", "kev", "fixable"] as const;

/** A layer's digest or diff id, or the beginning of one. */
const digest = /^sha(?:256|384|512):[0-9a-f]{12,128}$/u;
// Matching takes as long as the pattern.
const longestPattern = 1000;

/** Reads `.seaworthy/exceptions.yaml`. @throws SeaworthyError `exception-invalid` with the place of everything that is wrong. */
export function readExceptions(text: string, file: string): readonly Exception[] {
  const reader: Reader = { file, problems: [] };
  const root = readLocated(text, file);
  // A file of comments alone is one without exceptions.
  const fields =
    root.kind === "nothing"
      ? new Map<string, LocatedEntry>()
      : fieldsOf(reader, root, "the file", ["exceptions"]);
  const list = fields?.get("exceptions");
  if (root.kind === "map" && list === undefined && reader.problems.length === 0)
    wrong(reader, root, "expected the key exceptions, found none");
  const found = itemsOf(reader, list?.value, "a list of exceptions").flatMap((item) => {
    const exception = exceptionOf(reader, item);
    return exception === undefined ? [] : [exception];
  });
  if (reader.problems.length > 0) throw invalidFile(file, reader.problems);
  return found;
}

function exceptionOf(reader: Reader, item: Located): Exception | undefined {
  const fields = fieldsOf(reader, item, "an exception", keys);
  if (fields === undefined) return undefined;
  const id = idOf(reader, item, fields);
  const needed = {
    justification: neededWord(reader, item, fields),
    reason: neededText(reader, item, fields, "reason"),
    owner: neededText(reader, item, fields, "owner"),
    created: neededDay(reader, item, fields, "created"),
    expires: neededDay(reader, item, fields, "expires"),
  };
  const { justification, reason, owner, created, expires } = needed;
  const rest = {
    package: packageOf(reader, fields.get("package")),
    path: pathOf(reader, fields.get("path")),
    layer: layerOf(reader, fields.get("layer")),
    scope: scopeOf(reader, fields.get("scope")),
    reopens: reopensOf(reader, fields.get("reopens")),
    seen: seenOf(reader, fields.get("seen")),
  };
  if (id === "*" && !fields.has("package"))
    wrong(reader, item, 'expected the key package, since "*" is every finding of a package, found none');
  if (created !== undefined && expires !== undefined && expires < created)
    wrong(
      reader,
      fields.get("expires")?.value ?? item,
      `expected a day for expires from created (${created}) on, found ${expires}`,
    );
  if (
    id === undefined ||
    justification === undefined ||
    reason === undefined ||
    owner === undefined ||
    created === undefined ||
    expires === undefined
  )
    return undefined;
  const place = { file: reader.file, line: item.line, column: item.column };
  return { id, ...rest, justification, reason, owner, created, expires, place };
}

// A star within an id would speak of flaws that nobody has looked at.
function idOf(reader: Reader, item: Located, fields: Fields): string | undefined {
  const id = neededText(reader, item, fields, "id");
  const entry = fields.get("id");
  if (id === undefined || entry === undefined || id === "*" || !id.includes("*")) return id;
  return expected(reader, entry.value, 'one id, or "*" for any finding of the package, for id');
}

function neededWord(reader: Reader, item: Located, fields: Fields): Exception["justification"] | undefined {
  const entry = fields.get("justification");
  if (entry !== undefined) return wordOf(reader, entry, justifications);
  return wrong(reader, item, `expected the key justification (${justifications.join(", ")}), found none`);
}

function neededDay(reader: Reader, item: Located, fields: Fields, key: string): string | undefined {
  const entry = fields.get(key);
  if (entry === undefined)
    return wrong(reader, item, `expected the key ${key} with a day as YYYY-MM-DD, found none`);
  const { value } = entry;
  if (value.kind === "text" && isDay(value.text)) return value.text;
  return expected(reader, value, `a day as YYYY-MM-DD for ${key}`);
}

function packageOf(reader: Reader, entry: LocatedEntry | undefined): string | undefined {
  const text = patternOf(reader, entry);
  if (entry === undefined || text === undefined) return undefined;
  try {
    parsePackagePattern(text);
    return text;
  } catch (thrown) {
    if (codeOf(thrown) === "internal") throw thrown;
    return wrong(
      reader,
      entry.value,
      `expected a purl or a package's name for package: ${messageOf(thrown)}`,
    );
  }
}

function pathOf(reader: Reader, entry: LocatedEntry | undefined): string | undefined {
  const text = patternOf(reader, entry);
  if (entry === undefined || text === undefined) return undefined;
  const path = fromRoot(text);
  if (path === "") return expected(reader, entry.value, "a path or a pattern of paths for path");
  return path;
}

function patternOf(reader: Reader, entry: LocatedEntry | undefined): string | undefined {
  const text = textOf(reader, entry);
  if (entry === undefined || text === undefined || text.length <= longestPattern) return text;
  return wrong(
    reader,
    entry.value,
    `expected at most ${longestPattern} characters for ${entry.key}, found ${text.length}`,
  );
}

function layerOf(reader: Reader, entry: LocatedEntry | undefined): string | undefined {
  const text = textOf(reader, entry);
  if (entry === undefined || text === undefined) return undefined;
  if (text === "base" || text === "application" || digest.test(text)) return text;
  return expected(
    reader,
    entry.value,
    "base, application, or a layer's digest or diff id (sha256:…) for layer",
  );
}

function scopeOf(reader: Reader, entry: LocatedEntry | undefined): Scope | undefined {
  if (entry === undefined) return undefined;
  const fields = fieldsOf(reader, entry.value, "scope", scopeKeys);
  if (fields === undefined) return undefined;
  const labelled = fields.get("labels")?.value;
  if (fields.size === 0 || (labelled?.kind === "map" && labelled.entries.length === 0))
    return expected(reader, entry.value, `at least one of ${scopeKeys.join(", ")} for scope`);
  const labels = entriesOf(reader, fields.get("labels")?.value, "labels with their patterns").flatMap(
    (label) => {
      const { value } = label;
      if (value.kind === "text") return [[label.key, value.text] as const];
      expected(reader, value, `a text for the label ${label.key}`);
      return [];
    },
  );
  return {
    images: textsOf(reader, fields.get("images")),
    repositories: textsOf(reader, fields.get("repositories")),
    namespaces: textsOf(reader, fields.get("namespaces")),
    labels: labels.length === 0 ? undefined : Object.fromEntries(labels),
  };
}

function reopensOf(reader: Reader, entry: LocatedEntry | undefined): Exception["reopens"] {
  if (entry === undefined) return reopenTriggers;
  return itemsOf(reader, entry.value, "a list for reopens").flatMap((value) => {
    const word = wordOf(reader, { key: "reopens", at: value, value }, reopenTriggers);
    return word === undefined ? [] : [word];
  });
}

function seenOf(reader: Reader, entry: LocatedEntry | undefined): Exception["seen"] {
  const fields = entry === undefined ? undefined : fieldsOf(reader, entry.value, "seen", seenKeys);
  if (fields === undefined) return {};
  return {
    severity: wordOf(reader, fields.get("severity"), severities),
    epss: probabilityOf(reader, fields.get("epss")),
    kev: flagOf(reader, fields.get("kev")),
    fixable: flagOf(reader, fields.get("fixable")),
  };
}
