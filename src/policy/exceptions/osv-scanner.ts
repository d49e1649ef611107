import { parse, TomlDate, TomlError } from "smol-toml";
import { messageOf, SeaworthyError } from "../../core/errors.ts";
import { isRecord } from "../../formats/shape.ts";
import { lastDayBefore } from "./day.ts";
import {
  addForeign,
  type ForeignExceptions,
  type ForeignReader,
  foreignReader,
  isPackagePattern,
  leaveOut,
  note,
  purlTypes,
} from "./foreign.ts";
import { type ExceptionProblem, invalidFile } from "./problems.ts";

const longestFile = 2 ** 21;

/**
 * Reads `osv-scanner.toml` (https://google.github.io/osv-scanner/configuration/). An end is a moment there: the last day before it counts.
 * @throws SeaworthyError `exception-invalid`, `limit-exceeded`.
 */
export function readOsvScannerConfig(text: string, file: string): ForeignExceptions {
  if (text.length > longestFile)
    throw new SeaworthyError(
      "limit-exceeded",
      `read exceptions "${file}": more than ${longestFile} characters`,
    );
  const reader = foreignReader(file);
  const wrong: ExceptionProblem[] = [];
  const root = tomlOf(text, file);
  for (const key of Object.keys(root))
    if (key !== "IgnoredVulns" && key !== "PackageOverrides")
      note(reader, { line: 1, column: 1 }, `${key} is no exception, and is not read`);
  for (const entry of entriesOf(root, "IgnoredVulns", text, file, wrong)) addVulnerability(reader, entry);
  for (const entry of entriesOf(root, "PackageOverrides", text, file, wrong)) addOverride(reader, entry);
  if (wrong.length > 0) throw invalidFile(file, wrong);
  return reader;
}

function tomlOf(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text.replace(/^\uFEFF/u, ""), { integersAsBigInt: "asNeeded" });
  } catch (thrown) {
    const { line = 1, column = 1 } = thrown instanceof TomlError ? thrown : {};
    const state =
      thrown instanceof RangeError ? "it is nested too deep" : (messageOf(thrown).split("\n")[0] ?? "");
    throw invalidFile(file, [{ place: { file, line, column }, message: `expected valid TOML: ${state}` }]);
  }
}

/** One table of a list, with its fields' readers, which gather what is wrong. */
interface Entry {
  readonly line: number;
  readonly column: number;
  readonly text: (key: string) => string | undefined;
  readonly flag: (key: string) => boolean;
  readonly expires: (key: string) => string | undefined;
  readonly inner: (key: string) => Readonly<Record<string, unknown>>;
  readonly wrong: (message: string) => void;
}

function entriesOf(
  root: Readonly<Record<string, unknown>>,
  name: string,
  text: string,
  file: string,
  problems: ExceptionProblem[],
): readonly Entry[] {
  const value = root[name] ?? [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  // The parser tells no places. Headers are counted; where some are written otherwise, the file's beginning has to do.
  const headers = [...text.matchAll(new RegExp(`^[ \\t]*\\[\\[[ \\t]*"?${name}"?[ \\t]*\\]\\]`, "gmu"))];
  return items.flatMap((item, index) => {
    const at = headers.length === items.length ? (headers[index]?.index ?? 0) : 0;
    const line = text.slice(0, at).split("\n").length;
    const wrong = (message: string): void => {
      problems.push({ place: { file, line, column: 1 }, message });
    };
    if (isRecord(item)) return [entryOf(item, line, wrong)];
    wrong(`expected tables [[${name}]], found ${JSON.stringify(item)?.slice(0, 60) ?? "something else"}`);
    return [];
  });
}

function entryOf(item: Readonly<Record<string, unknown>>, line: number, wrong: Entry["wrong"]): Entry {
  const expected = (key: string, what: string): undefined => {
    wrong(`expected ${what} for ${key}`);
  };
  return {
    line,
    column: 1,
    wrong,
    text(key) {
      const value = item[key];
      if (value === undefined || value === "") return undefined;
      return typeof value === "string" ? value : expected(key, "a text");
    },
    flag(key) {
      const value = item[key];
      if (typeof value === "boolean") return value;
      if (value !== undefined) expected(key, "true or false");
      return false;
    },
    expires(key) {
      const value = item[key];
      if (value === undefined) return undefined;
      const moment = value instanceof TomlDate && !value.isTime() ? value.toISOString() : "";
      return lastDayBefore(moment) ?? expected(key, "a day or a moment without quotes");
    },
    inner(key) {
      const value = item[key];
      if (value === undefined) return {};
      if (isRecord(value)) return value;
      expected(key, "a table");
      return {};
    },
  };
}

function addVulnerability(reader: ForeignReader, entry: Entry): void {
  const id = entry.text("id");
  const [expires, reason] = [entry.expires("ignoreUntil"), entry.text("reason")];
  if (id === undefined) return entry.wrong("expected the key id, found none");
  addForeign(reader, entry, { id, expires, reason });
}

function addOverride(reader: ForeignReader, entry: Entry): void {
  const [name, version, ecosystem, group] = ["name", "version", "ecosystem", "group"].map(entry.text);
  const [expires, reason] = [entry.expires("effectiveUntil"), entry.text("reason")];
  const regex = entry.flag("nameIsRegex");
  const ignores = entry.flag("ignore") || entry.inner("vulnerability")["ignore"] === true;
  const leave = (why: string): void =>
    leaveOut(reader, entry, `PackageOverrides ${name ?? ecosystem ?? ""}: ${why}`);
  if (!ignores) return leave("it changes licences alone, which no exception does");
  if (group !== undefined) return leave(`the group ${group} has no counterpart here`);
  if (regex) return leave("the name is a regular expression: write out the packages");
  const type = ecosystem === undefined ? undefined : typeOf(ecosystem);
  if (type === null) return leave(`the ecosystem ${ecosystem} is by source packages, or not read here`);
  const pattern = patternOf(type, name, version);
  if (pattern === undefined) return leave("it names no package");
  if (!isPackagePattern(pattern)) return leave(`${pattern} is no package`);
  addForeign(reader, entry, { id: "*", packages: [pattern], expires, reason });
}

// OSV-Scanner names a distribution's packages by their sources, an exception by themselves.
function typeOf(ecosystem: string): string | null {
  const known = ecosystem.toLowerCase();
  const type = Object.hasOwn(purlTypes, known) ? purlTypes[known] : undefined;
  return type === undefined || type === "deb" || type === "rpm" || type === "apk" ? null : type;
}

function patternOf(
  type: string | undefined,
  name: string | undefined,
  version: string | undefined,
): string | undefined {
  if (type === undefined)
    return name === undefined ? undefined : version === undefined ? name : `${name}@${version}`;
  const suffix = version === undefined ? "" : `@${encodeURIComponent(version.toWellFormed())}`;
  if (name === undefined) return type === "maven" ? `pkg:maven/**/*${suffix}` : `pkg:${type}/**${suffix}`;
  const path = type === "maven" ? name.replace(":", "/") : name;
  return `pkg:${type}/${path.toWellFormed().split("/").map(encodeURIComponent).join("/")}${suffix}`;
}
