import { codeOf, type ErrorCode, messageOf, SeaworthyError } from "../../core/errors.ts";
import type { FoundPackage } from "../../core/package.ts";
import type { Candidate, Extractor, Problem, RandomAccess } from "../../core/plugin.ts";
import { isJarName, type Jar, type JarBudget, type JarProject, readJar } from "../../formats/jar.ts";
import { openZip, readEntry, type ZipArchive, type ZipEntry } from "../../formats/zip.ts";
import { identify, type JarIdentity } from "./identity.ts";

/** Archives in archives in archives: a war in an ear holds jars, and a jar there may hold native parts in one more. */
const deepest = 8;
/** Bytes of deflated archives in memory at once, along one chain. */
const mostInMemory = 160 * 2 ** 20;
const mostProblems = 100;

/**
 * Jars, wars, ears and their kin, nested to any sensible depth. Packages are the jar itself and every Maven project that
 * was shaded into it. The group is what Maven recorded; where it recorded nothing, what the repository's directories, the manifest
 * or (for well-known artifacts) name and classes together prove; else it is left out, never guessed.
 *
 * A jar that says nothing of itself at all (an application's own classes) is no package and no problem, as is an executable without a record.
 */
export const java: Extractor = {
  id: "java-archive",
  wants,
  extract({ path, bytes }) {
    const search: Search = {
      budget: { entries: 2_000_000, archives: 20_000, inflated: 2 * 2 ** 30 },
      packages: new Map(),
      problems: [],
    };
    searchArchive(search, { bytes, path, innerPath: undefined, depth: 1, memory: mostInMemory });
    return { packages: [...search.packages.values()], problems: search.problems };
  },
};

// `.par`, `.rar`, `.nar` … are extensions of other things as well.
function wants({ path, head }: Candidate): boolean {
  if (!isJarName(path)) return false;
  return (
    head.length === 0 || /\.(?:jar|war|ear|hpi|jpi)$/i.test(path) || (head[0] === 0x50 && head[1] === 0x4b)
  );
}

interface Search {
  readonly budget: JarBudget;
  readonly packages: Map<string, FoundPackage>;
  readonly problems: Problem[];
}

interface Archive {
  readonly bytes: RandomAccess;
  /** For its name: of the file, or of the entry in it. */
  readonly path: string;
  /** Undefined for the file itself. */
  readonly innerPath: string | undefined;
  readonly depth: number;
  /** Bytes that may still be inflated at once. */
  readonly memory: number;
}

function searchArchive(search: Search, archive: Archive): void {
  const zip = openZip(archive.bytes);
  const jar = readJar(zip, search.budget);
  for (const fault of jar.faults) addProblem(search, "malformed", archive.innerPath, fault);
  addPackages(search, archive, jar);
  for (const entry of jar.nested) {
    if (search.budget.archives < 0 || search.budget.inflated < 0) return;
    searchNested(search, archive, zip, entry);
  }
}

function searchNested(search: Search, outer: Archive, zip: ZipArchive, entry: ZipEntry): void {
  const innerPath = within(outer.innerPath, entry.name);
  search.budget.archives -= 1;
  search.budget.inflated -= entry.method === 0 ? 0 : entry.size;
  try {
    if (outer.depth >= deepest)
      throw new SeaworthyError("limit-exceeded", `read nested jar: more than ${deepest} archives deep`);
    if (search.budget.archives < 0 || search.budget.inflated < 0)
      throw new SeaworthyError("limit-exceeded", "read nested jar: too many archives or bytes in the file");
    const bytes = readEntry(zip, entry, entry.method === 0 ? Number.MAX_SAFE_INTEGER : outer.memory);
    const memory = outer.memory - (entry.method === 0 ? 0 : entry.size);
    searchArchive(search, { bytes, path: entry.name, innerPath, depth: outer.depth + 1, memory });
  } catch (thrown) {
    // One bad jar does not hide its siblings.
    if (!(thrown instanceof SeaworthyError)) throw thrown;
    addProblem(search, codeOf(thrown), innerPath, messageOf(thrown));
  }
}

function addPackages(search: Search, archive: Archive, jar: Jar): void {
  const { own, ownProject, shaded } = identify(jar, archive.path);
  if (own !== undefined) addPackage(search, own, archive.innerPath);
  else if (ownProject !== undefined) addNameless(search, archive, ownProject);
  for (const project of shaded) {
    const { group, artifact, version, licences } = project;
    if (artifact === undefined || version === undefined) addNameless(search, archive, project);
    else addPackage(search, { group, artifact, version, licences }, within(archive.innerPath, project.path));
  }
}

// The first place of several counts: outer before inner, as the archive lists them.
function addPackage(search: Search, identity: JarIdentity, innerPath: string | undefined): void {
  const { group, artifact, version, licences } = identity;
  const key = `${group ?? ""}:${artifact}:${version}`;
  if (search.packages.has(key)) return;
  search.packages.set(key, {
    type: "maven",
    ...(group === undefined ? {} : { namespace: group }),
    name: artifact,
    version,
    licences: [...new Set(licences)],
    ...(innerPath === undefined ? {} : { innerPath }),
  });
}

function addNameless(search: Search, { innerPath }: Archive, project: JarProject): void {
  const name = `${project.group ?? "?"}:${project.artifact ?? "?"}`;
  const message = `read Maven project "${name}" in a jar: it has no version`;
  addProblem(search, "malformed", innerPath, message);
}

function addProblem(search: Search, code: ErrorCode, innerPath: string | undefined, message: string): void {
  if (search.problems.length >= mostProblems) return;
  const where = innerPath === undefined ? "" : ` (in "${innerPath.slice(0, 300)}")`;
  search.problems.push({ code, message: `${message}${where}` });
}

function within(outer: string | undefined, name: string): string {
  return outer === undefined ? name : `${outer}!/${name}`;
}
