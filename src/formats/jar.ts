import { messageOf, SeaworthyError } from "../core/errors.ts";
import { parseManifest } from "./java-manifest.ts";
import { type MavenProject, parsePomProperties, parsePomXml } from "./maven-pom.ts";
import { readText } from "./random-access.ts";
import { readEntry, type ZipArchive, type ZipEntry } from "./zip.ts";

/** What a jar's own entries tell of it. */
export interface Jar {
  /** Main attributes of the manifest, names in lower case. */
  readonly manifest: ReadonlyMap<string, string>;
  /** Every Maven project that left its pom.properties or pom.xml here, the jar's own and those shaded into it. */
  readonly projects: readonly JarProject[];
  /** Directories of its classes, three levels at most: `org/apache/kafka`. */
  readonly packages: ReadonlySet<string>;
  /** Archives in it that may be jars. */
  readonly nested: readonly ZipEntry[];
  /** What could not be read, in words. */
  readonly faults: readonly string[];
}

/** A Maven project and where in the jar it says so. */
export interface JarProject extends MavenProject {
  readonly path: string;
}

/** Bounds that all jars nested in one file share; what is used is counted down. */
export interface JarBudget {
  entries: number;
  archives: number;
  /** Bytes to inflate. */
  inflated: number;
}

const longestPart = 4 * 2 ** 20;
const mostPackages = 1000;
const mostParts = 20_000;
/** The extensions of archives of classes that servers load. */
const archive = /\.(?:jar|war|ear|hpi|jpi|par|sar|aar|kar|nar|rar|lpkg)$/i;

/** Is it the name of an archive of classes? Resource forks that macOS left behind (`._x.jar`) are none. */
export function isJarName(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return archive.test(name) && !name.startsWith("._");
}

/**
 * Reads what identifies a jar and lists the archives in it.
 * @throws SeaworthyError `malformed` when its directory cannot be read, `limit-exceeded` when the budget is used up.
 */
export function readJar(zip: ZipArchive, budget: JarBudget): Jar {
  const packages = new Set<string>();
  const nested: ZipEntry[] = [];
  const parts = new Map<string, ZipEntry>();
  let left = 0;
  for (const entry of zip.entries()) {
    budget.entries -= 1;
    if (budget.entries < 0) throw new SeaworthyError("limit-exceeded", "read jar: too many entries in it");
    const { name } = entry;
    if (name.endsWith(".class")) addPackage(packages, name);
    else if (isJarName(name)) {
      if (nested.length >= budget.archives)
        throw new SeaworthyError("limit-exceeded", "read jar: too many archives in it");
      nested.push(entry);
    } else if (isPart(name)) {
      if (parts.size < mostParts) parts.set(name, entry);
      else left += 1;
    }
  }
  const { faults, ...told } = readParts(zip, parts, budget);
  const more = `read jar: ${left} more files of Maven projects than the ${mostParts} that are read`;
  return { packages, nested, ...told, faults: left === 0 ? faults : [...faults, more] };
}

function addPackage(packages: Set<string>, name: string): void {
  if (packages.size >= mostPackages || name.startsWith("META-INF/")) return;
  const end = name.lastIndexOf("/");
  if (end > 0) packages.add(name.slice(0, end).split("/", 3).join("/"));
}

const manifestName = "META-INF/MANIFEST.MF";
const project = /(?:^|\/)META-INF\/maven\/[^/]{1,300}\/[^/]{1,300}\/pom\.(?:properties|xml)$/;

// java.util.jar looks the manifest up without case.
function isPart(name: string): boolean {
  return name.length === manifestName.length ? name.toUpperCase() === manifestName : project.test(name);
}

function readParts(
  zip: ZipArchive,
  parts: ReadonlyMap<string, ZipEntry>,
  budget: JarBudget,
): Pick<Jar, "manifest" | "projects" | "faults"> {
  const faults: string[] = [];
  const projects = new Map<string, JarProject>();
  let manifest: ReadonlyMap<string, string> = new Map();
  for (const [name, entry] of parts) {
    try {
      const text = readText(readPart(zip, entry, budget), longestPart, name);
      if (!name.includes("/maven/")) manifest = parseManifest(text);
      else addProject(projects, name, text);
    } catch (thrown) {
      if (!(thrown instanceof SeaworthyError) || thrown.code === "limit-exceeded") throw thrown;
      faults.push(messageOf(thrown));
    }
  }
  return { manifest, projects: [...projects.values()], faults };
}

function readPart(zip: ZipArchive, entry: ZipEntry, budget: JarBudget): ReturnType<typeof readEntry> {
  budget.inflated -= entry.size;
  if (budget.inflated < 0) throw new SeaworthyError("limit-exceeded", "read jar: too many bytes in it");
  return readEntry(zip, entry, longestPart);
}

// pom.properties is written by the build, with the version as it was; pom.xml is the source, and adds what the other lacks.
function addProject(projects: Map<string, JarProject>, name: string, text: string): void {
  const directory = name.slice(0, name.lastIndexOf("/"));
  const built = name.endsWith(".properties");
  const [group, artifact] = directory.split("/").slice(-2);
  const told = built ? parsePomProperties(text) : lenientPomXml(text);
  const other = projects.get(directory);
  const [first, second] = built ? [told, other] : [other, told];
  projects.set(directory, {
    path: built || other === undefined ? name : other.path,
    group: plain(first?.group) ?? plain(second?.group) ?? plain(group),
    artifact: plain(first?.artifact) ?? plain(second?.artifact) ?? plain(artifact),
    version: plain(first?.version) ?? plain(second?.version),
    licences: [...(first?.licences ?? []), ...(second?.licences ?? [])],
  });
}

// A damaged pom.xml leaves what its place in the jar says; whether a version is missing then, the reader of the jar sees.
function lenientPomXml(text: string): MavenProject | undefined {
  try {
    return parsePomXml(text);
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) return undefined;
    throw thrown;
  }
}

// What the build did not fill in is no value.
function plain(value: string | undefined): string | undefined {
  return value === undefined || value === "" || /\$\{|[\s@]/.test(value) ? undefined : value;
}
