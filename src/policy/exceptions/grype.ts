import { type Fields, fieldsOf, flagOf, itemsOf, type Reader, textOf } from "./fields.ts";
import {
  addForeign,
  type ForeignExceptions,
  type ForeignReader,
  foreignReader,
  isPackagePattern,
  leaveOut,
  note,
  pathPattern,
  purlTypes,
} from "./foreign.ts";
import { type Located, type LocatedEntry, readLocated } from "./located.ts";
import { invalidFile } from "./problems.ts";

const keys = [
  "vulnerability",
  "include-aliases",
  "reason",
  "namespace",
  "fix-state",
  "package",
  "vex-status",
  "vex-justification",
  "match-type",
] as const;
const packageKeys = ["name", "version", "language", "type", "location", "upstream-name"] as const;

/** Conditions of Grype's own making: left out they would widen the rule. */
const ownConditions = ["namespace", "fix-state", "match-type", "vex-status", "vex-justification"] as const;

/** Settings that hide findings too, and are no list of exceptions. */
const hiding = ["exclude", "only-fixed", "only-notfixed", "ignore-wontfix", "ignore-states", "vex-documents"];

/**
 * Reads the `ignore` rules of `.grype.yaml` (https://github.com/anchore/grype#specifying-matches-to-ignore). A rule is left out rather than
 * widened. @throws SeaworthyError `exception-invalid`.
 */
export function readGrypeConfig(text: string, file: string): ForeignExceptions {
  const reader = foreignReader(file);
  const fields: Reader = { file, problems: [] };
  const root = readLocated(text, file);
  for (const entry of root.kind === "map" ? root.entries : []) {
    if (entry.key === "ignore")
      for (const item of itemsOf(fields, entry.value, "a list of rules")) addRule(reader, fields, item);
    else if (hiding.includes(entry.key) && isSet(entry))
      note(reader, entry.at, `${entry.key} is no exception, and is not read`);
  }
  if (fields.problems.length > 0) throw invalidFile(file, fields.problems);
  return reader;
}

function addRule(reader: ForeignReader, fields: Reader, item: Located): void {
  const rule = fieldsOf(fields, item, "a rule", keys);
  if (rule === undefined) return;
  const pkg = rule.get("package");
  const about =
    pkg === undefined || !isSet(pkg)
      ? new Map<string, LocatedEntry>()
      : fieldsOf(fields, pkg.value, "package", packageKeys);
  const aliases = rule.get("include-aliases");
  if (aliases !== undefined) flagOf(fields, aliases);
  const id = setText(fields, rule, "vulnerability");
  const reason = setText(fields, rule, "reason");
  if (about === undefined) return;
  const own = ownConditions.find((key) => setText(fields, rule, key) !== undefined);
  if (own !== undefined) return leaveOut(reader, item, `${own} has no counterpart here`);
  const made = packageOf(fields, about);
  if ("refused" in made) return leaveOut(reader, item, made.refused);
  const { pattern, path } = made;
  // Grype applies a rule without conditions to nothing.
  if (id === undefined && pattern === undefined)
    return leaveOut(
      reader,
      item,
      path === undefined ? "the rule has no condition" : "a location without vulnerability and package",
    );
  addForeign(reader, item, {
    id: id ?? "*",
    packages: pattern === undefined ? [] : [pattern],
    paths: path === undefined ? [] : [path],
    reason,
    expires: undefined,
  });
}

type Made =
  | { readonly pattern: string | undefined; readonly path: string | undefined }
  | { readonly refused: string };

function packageOf(fields: Reader, about: Fields): Made {
  const text = (key: string) => setText(fields, about, key);
  if (text("upstream-name") !== undefined) return { refused: "upstream-name has no counterpart here" };
  const [name, version, location] = [text("name"), text("version"), text("location")];
  const path = location === undefined ? undefined : pathPattern(location);
  if (location !== undefined && path === undefined)
    return { refused: `the location ${location} cannot be said with * and **` };
  // A name is a regular expression; one without signs is itself.
  const plain = name === undefined ? undefined : plainName(name);
  if (name !== undefined && plain === undefined)
    return { refused: `the name ${name} is a regular expression: write out the packages` };
  const type = typeOf(text("type"), text("language"));
  if (type === null) return { refused: "the package's type or language is none that is read here" };
  const pattern = patternOf(type, plain, version);
  if (pattern !== undefined && !isPackagePattern(pattern)) return { refused: `${pattern} is no purl` };
  return { pattern, path };
}

/** The purl type that both words mean; null where there is none, undefined where nothing is asked. */
function typeOf(type: string | undefined, language: string | undefined): string | null | undefined {
  const types = [type, language].flatMap((word) =>
    word === undefined ? [] : [Object.hasOwn(purlTypes, word) ? purlTypes[word] : null],
  );
  const [first, second = first] = types;
  return first === second ? first : null;
}

function patternOf(
  type: string | undefined,
  name: string | undefined,
  version: string | undefined,
): string | undefined {
  if (type === undefined && name === undefined && version === undefined) return undefined;
  const suffix =
    version === undefined
      ? ""
      : `@${type === undefined && name !== undefined ? version : encodeURIComponent(version.toWellFormed())}`;
  if (type === undefined) return name === undefined ? `pkg:*/**${suffix}` : `${name}${suffix}`;
  const path = (name ?? "**").split("/").map(encodeName).join("/");
  // Grype names a jar by its artifact alone.
  return `pkg:${type}/${type === "maven" ? "**/" : ""}${type === "maven" && name === undefined ? "*" : path}${suffix}`;
}

function encodeName(part: string): string {
  return encodeURIComponent(part.toWellFormed()).replaceAll("%2A", "*");
}

// A dot is any character to Grype; it stands for itself here, which is less.
function plainName(name: string): string | undefined {
  const bare = name.replace(/^\^/u, "").replace(/\$$/u, "").replaceAll("\\.", ".").replaceAll(".*", "**");
  return /[\\^$+?()[\]{}|]|(?<!\*)\*(?!\*)/u.test(bare) ? undefined : bare;
}

function setText(fields: Reader, map: Fields, key: string): string | undefined {
  const entry = map.get(key);
  return entry === undefined || !isSet(entry) ? undefined : textOf(fields, entry);
}

// Grype writes out settings that are not set as empty.
function isSet({ value }: LocatedEntry): boolean {
  if (value.kind === "nothing") return false;
  if (value.kind === "text") return value.text !== "" && value.text !== "false";
  return value.kind !== "list" || value.items.length > 0;
}
