import { codeOf } from "../../core/errors.ts";
import type { Exception, Place } from "../../core/exception.ts";
import { parsePackagePattern } from "./package-pattern.ts";
import { fromRoot } from "./pattern.ts";
import type { ExceptionProblem } from "./problems.ts";

/** What another tool's file holds, in exceptions' words. */
export interface ForeignExceptions {
  readonly exceptions: readonly Exception[];
  /** Entries that cannot be said in them: they suppress nothing. */
  readonly problems: readonly ExceptionProblem[];
  /** What is to be known of those that can. */
  readonly notes: readonly ExceptionProblem[];
}

/** A file while it is read. `file` is how it is named. */
export interface ForeignReader {
  readonly file: string;
  readonly exceptions: Exception[];
  readonly problems: ExceptionProblem[];
  readonly notes: ExceptionProblem[];
}

/** Nothing read yet. */
export function foreignReader(file: string): ForeignReader {
  return { file, exceptions: [], problems: [], notes: [] };
}

interface Spot {
  readonly line: number;
  readonly column: number;
}

/** Leaves an entry out, and says why. */
export function leaveOut({ file, problems }: ForeignReader, { line, column }: Spot, message: string): void {
  problems.push({ place: { file, line, column }, message });
}

/** Says what is to be known. */
export function note({ file, notes }: ForeignReader, { line, column }: Spot, message: string): void {
  notes.push({ place: { file, line, column }, message });
}

/** What another tool's entry says of a finding. */
export interface ForeignEntry {
  readonly id: string;
  /** Any of them, as Seaworthy's patterns; empty: all. */
  readonly packages?: readonly string[] | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly justification?: Exception["justification"] | undefined;
  readonly reason?: string | undefined;
  readonly owner?: string | undefined;
  readonly created?: string | undefined;
  readonly expires: string | undefined;
  readonly reopens?: Exception["reopens"] | undefined;
  readonly seen?: Exception["seen"] | undefined;
}

/** Adds an entry as one exception for each package and path, since an exception has one of each; an end is told where there is none. */
export function addForeign(reader: ForeignReader, spot: Spot, entry: ForeignEntry): void {
  const place: Place = { file: reader.file, line: spot.line, column: spot.column };
  const { packages = [], paths = [] } = entry;
  for (const path of paths.length === 0 ? [undefined] : paths)
    for (const pkg of packages.length === 0 ? [undefined] : packages)
      reader.exceptions.push({
        id: entry.id,
        package: pkg,
        path,
        justification: entry.justification ?? "risk_accepted",
        reason: entry.reason ?? "",
        owner: entry.owner ?? "",
        created: entry.created ?? null,
        expires: entry.expires ?? null,
        // As the other tool takes it; written as one of ours it reopens by all.
        reopens: entry.reopens ?? [],
        seen: entry.seen ?? {},
        place,
      });
  if (entry.expires === undefined) note(reader, spot, `${entry.id} ${endless}`);
}

const endless = "never expires";

/** Is it the note that an entry has no end? */
export function saysEndless({ message }: ExceptionProblem): boolean {
  return message.endsWith(endless);
}

/**
 * A glob of doublestar (https://github.com/bmatcuk/doublestar), which Trivy and Grype use, as a pattern of ours; undefined where it has
 * what ours have not: `?`, classes and alternatives.
 */
export function pathPattern(glob: string): string | undefined {
  // Beside other characters of a segment, `**` is no more than `*` there.
  if (/[?[\]{}\\!]|[^/]\*\*|\*\*[^/]/u.test(glob)) return undefined;
  return fromRoot(glob);
}

/** Is it a package pattern that can be read? */
export function isPackagePattern(text: string): boolean {
  try {
    parsePackagePattern(text);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) !== "purl-invalid") throw thrown;
    return false;
  }
}

/** Purl types by the names that Grype and OSV give them. */
export const purlTypes: Readonly<Record<string, string>> = {
  deb: "deb",
  rpm: "rpm",
  apk: "apk",
  npm: "npm",
  python: "pypi",
  pypi: "pypi",
  java: "maven",
  "java-archive": "maven",
  maven: "maven",
  javascript: "npm",
  go: "golang",
  "go-module": "golang",
  rust: "cargo",
  "rust-crate": "cargo",
  "crates.io": "cargo",
};
