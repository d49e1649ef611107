import type { Jar, JarProject } from "../../formats/jar.ts";
import { parseJarName } from "../../formats/jar-name.ts";
import { knownGroup } from "./groups.ts";

/** What a jar is: `group` is undefined where nothing in it or around it tells it for certain. */
export interface JarIdentity {
  readonly group: string | undefined;
  readonly artifact: string;
  readonly version: string;
  readonly licences: readonly string[];
}

/** The jar itself, and the other projects in it. */
export interface JarContents {
  readonly own: JarIdentity | undefined;
  /** Maven's own record of the jar, when `own` is from it. */
  readonly ownProject: JarProject | undefined;
  readonly shaded: readonly JarProject[];
}

/**
 * Says what a jar is from the best evidence there is: the Maven project whose artifact the file is named after (or the only one in it),
 * else manifest and file name. `path` is the jar's, of which a Maven or Gradle repository's directories tell the group.
 */
export function identify(jar: Jar, path: string): JarContents {
  if (isJavaRuntime(jar.manifest)) return { own: undefined, ownProject: undefined, shaded: [] };
  const stem = stemOf(path);
  const ownProject = ownProjectOf(jar, stem);
  const shaded = jar.projects.filter((one) => one !== ownProject);
  const own = ownProject === undefined ? unrecorded(jar, path, stem) : recorded(jar, ownProject, stem);
  return { own, ownProject, shaded };
}

// The Java runtime's own archives (rt.jar, jrt-fs.jar) are parts of it, not packages of any registry.
function isJavaRuntime(manifest: ReadonlyMap<string, string>): boolean {
  return (
    manifest.get("implementation-title") === "Java Runtime Environment" ||
    manifest.get("specification-title") === "Java Platform API Specification"
  );
}

function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.slice(0, name.lastIndexOf("."));
}

function ownProjectOf({ projects, manifest }: Jar, stem: string): JarProject | undefined {
  let best: JarProject | undefined;
  for (const project of projects)
    if (isNamedAfter(stem, project) && length(project) > length(best)) best = project;
  if (best !== undefined || projects.length !== 1) return best;
  // The only project of a jar that bears another name: renamed (app.jar), unless name and manifest agree on something else.
  const [only] = projects;
  const named = parseJarName(stem);
  const renamed = named === undefined || named.version === only?.version || !agrees(manifest, named);
  return renamed ? only : undefined;
}

function length(project: JarProject | undefined): number {
  return project?.artifact?.length ?? 0;
}

// `artifact.jar`, `artifact-1.0.jar`, and `group.artifact-1.0.jar` as Quarkus lays them out.
function isNamedAfter(stem: string, { group, artifact }: JarProject): boolean {
  if (artifact === undefined) return false;
  const full = `${group ?? ""}.${artifact}`;
  return [artifact, full].some((name) => stem === name || stem.startsWith(`${name}-`));
}

function agrees(
  manifest: ReadonlyMap<string, string>,
  { artifact, version }: { readonly artifact: string; readonly version: string },
): boolean {
  const title = manifest.get("implementation-title") ?? "";
  return (
    title === artifact ||
    symbolicName(manifest).endsWith(artifact) ||
    manifest.get("implementation-version") === version
  );
}

function recorded({ manifest }: Jar, project: JarProject, stem: string): JarIdentity | undefined {
  const { group, artifact, licences } = project;
  const version = fullVersion(project, stem) ?? parseJarName(stem)?.version ?? manifestVersion(manifest);
  return artifact === undefined || version === undefined
    ? undefined
    : { group, artifact, version, licences: licences.length > 0 ? licences : bundleLicence(manifest) };
}

// `mssql-jdbc-9.4.1.jre11.jar` records 9.4.1: what a dot adds is no classifier, and the repository knows the version by the name.
function fullVersion({ artifact, version }: JarProject, stem: string): string | undefined {
  const start = `${artifact}-${version}`;
  const added =
    version !== undefined && stem.startsWith(start) && /^\.\w{1,30}$/.test(stem.slice(start.length));
  return added ? `${version}${stem.slice(start.length)}` : version;
}

function unrecorded(jar: Jar, path: string, stem: string): JarIdentity | undefined {
  const named = parseJarName(stem) ?? byManifest(jar.manifest, stem);
  if (named === undefined) return undefined;
  const { artifact, version } = named;
  const told = nebulaTitle(jar.manifest, artifact);
  const group =
    repositoryGroup(path, artifact, version) ??
    knownGroup(artifact, version, jar.packages) ??
    told ??
    bundleGroup(jar.manifest, artifact);
  return { group, artifact, version, licences: bundleLicence(jar.manifest) };
}

// A jar without a version in its name: Tomcat's own `catalina.jar`, a renamed `app.jar`.
function byManifest(
  manifest: ReadonlyMap<string, string>,
  stem: string,
): { readonly artifact: string; readonly version: string } | undefined {
  const version = manifestVersion(manifest);
  if (version === undefined) return undefined;
  const bundle = /^org\.apache\.(tomcat-[a-z-]+)$/.exec(symbolicName(manifest))?.[1];
  const title = manifest.get("implementation-title") ?? "";
  const artifact = bundle ?? (/^[a-z][\w.-]{1,100}$/.test(title) ? title : stem);
  return /^[A-Za-z0-9][\w.-]{0,200}$/.test(artifact) ? { artifact, version } : undefined;
}

function manifestVersion(manifest: ReadonlyMap<string, string>): string | undefined {
  const stated = ["implementation-version", "bundle-version"].map((name) => manifest.get(name) ?? "");
  // "1.5.0-release-749 (1.5.0)", "9.4.0 d2e22e1 - user - date": the first word is the version.
  const words = stated.map((text) => text.split(" ", 1)[0] ?? "");
  return words.find((text) => /^\d[\w.+-]{0,100}$/.test(text));
}

function symbolicName(manifest: ReadonlyMap<string, string>): string {
  return (manifest.get("bundle-symbolicname") ?? "").split(";", 1)[0]?.trim() ?? "";
}

function bundleLicence(manifest: ReadonlyMap<string, string>): readonly string[] {
  const licence = (manifest.get("bundle-license") ?? "").split(";", 1)[0]?.trim() ?? "";
  return licence === "" || licence.length > 200 ? [] : [licence];
}

// `…/.m2/repository/org/slf4j/slf4j-api/1.7.36/slf4j-api-1.7.36.jar`, `…/files-2.1/org.slf4j/slf4j-api/1.7.36/HASH/slf4j-api-1.7.36.jar`.
function repositoryGroup(path: string, artifact: string, version: string): string | undefined {
  const segments = path.split("/");
  const gradle = segments.lastIndexOf("files-2.1");
  if (gradle >= 0 && segments[gradle + 2] === artifact && segments[gradle + 3] === version)
    return segments[gradle + 1];
  const root = segments.lastIndexOf("repository");
  const [above, last] = segments.slice(-3, -1);
  const group = segments.slice(root + 1, -3);
  return root >= 0 && above === artifact && last === version && group.length > 0
    ? group.join(".")
    : undefined;
}

// Netflix's Gradle plugin writes `group#artifact;version` as title (Elasticsearch, Micrometer).
function nebulaTitle(manifest: ReadonlyMap<string, string>, artifact: string): string | undefined {
  const [group, rest] = (manifest.get("implementation-title") ?? "").split("#", 2);
  return rest?.startsWith(`${artifact};`) === true && isGroup(group) ? group : undefined;
}

// A bundle is called GROUP.ARTIFACT by rule; but where the group ends in the artifact's name it is called GROUP, so one word does not tell.
function bundleGroup(manifest: ReadonlyMap<string, string>, artifact: string): string | undefined {
  const plain = artifact.replace(/_\d[\d.]*$/, "");
  const name = symbolicName(manifest);
  const vendor = manifest.get("implementation-vendor-id");
  if (name.endsWith(`.${plain}`)) {
    const group = name.slice(0, -plain.length - 1);
    if (isGroup(group) && group !== "org.apache" && (plain.includes("-") || group === vendor)) return group;
  }
  // sbt writes the organisation there, and the Scala version into the name.
  return plain !== artifact && isGroup(vendor) ? vendor : undefined;
}

function isGroup(text: string | undefined): text is string {
  return text !== undefined && /^[a-z][\w-]{0,60}(?:\.[\w-]{1,60}){1,10}$/.test(text);
}
