import type { FileSystem } from "../core/file-system.ts";
import type { Package } from "../core/package.ts";
import type { Closure } from "./closure.ts";
import { directoryOf, nameOf } from "./reach.ts";

/** The part of an image's package database that is true of the planned image: without one, scanners find no OS packages in it at all. */
export interface PackageDatabase {
  /** Of the file that is written anew. Absolute. */
  readonly path: string;
  /** Its entries; none where `files` tell all. */
  readonly stanzas: readonly string[];
  /** Files of the image's database that speak of one kept package each, by canonical path. */
  readonly files: ReadonlySet<string>;
}

/** What dpkg's or apk's database says of the packages that stay; undefined where neither has one of them. */
export function keptDatabase(
  files: FileSystem,
  { kept }: Pick<Closure, "kept">,
  packages: readonly Package[],
): PackageDatabase | undefined {
  const sorted = [...packages].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const debs = sorted.filter(({ type }) => type === "deb");
  const apks = sorted.filter(({ type }) => type === "apk");
  if (debs.length > 0) {
    const own = new Set(debs.flatMap((pkg) => debFiles(files, pkg)));
    const alone = debs.filter(({ locations }) => !locations.some(({ path }) => path.startsWith(statusParts)));
    return { path: "/var/lib/dpkg/status", stanzas: alone.flatMap(debStanza), files: own };
  }
  if (apks.length === 0) return undefined;
  const path = files.entry("usr/lib/apk/db/installed") === undefined ? "lib" : "usr/lib";
  return {
    path: `/${path}/apk/db/installed`,
    stanzas: apks.flatMap((pkg) => apkStanza(files, kept, pkg)),
    files: new Set(),
  };
}

// What distroless has in place of one status file.
const statusParts = "var/lib/dpkg/status.d/";

// Lists tell whose files they are: whether a Python module is Debian's decides about its findings.
function debFiles(files: FileSystem, { name, arch, locations }: Package): readonly string[] {
  const parts = locations.filter(({ path }) => path.startsWith(statusParts)).map(({ path }) => path);
  const lists = [name, `${name}:${arch}`].flatMap((one) =>
    ["list", "md5sums"].map((ending) => `var/lib/dpkg/info/${one}.${ending}`),
  );
  const all = [...parts, ...parts.map((path) => `${path}.md5sums`), ...lists];
  return all.filter((path) => files.entry(path)?.kind === "file");
}

// deb-control(5): a foreign text may not begin a field of its own.
function debStanza({ name, version, arch = "all", source }: Package): readonly string[] {
  const from = source === undefined ? [] : [`Source: ${source.name} (${source.version})`];
  const lines = [
    `Package: ${name}`,
    "Status: install ok installed",
    `Architecture: ${arch}`,
    ...from,
    `Version: ${version}`,
  ];
  return isLines(lines) ? [`${lines.join("\n")}\n`] : [];
}

// https://wiki.alpinelinux.org/wiki/Apk_spec: F a directory, R a file in it.
function apkStanza(
  files: FileSystem,
  kept: Closure["kept"],
  { name, version, arch, source }: Package,
): readonly string[] {
  const own = files.owned(`apk ${name}`).filter((path) => kept.has(path));
  const lines = [
    `P:${name}`,
    `V:${version}`,
    ...(arch === undefined ? [] : [`A:${arch}`]),
    ...(source === undefined ? [] : [`o:${source.name}`]),
    ...own.flatMap((path) => [`F:${directoryOf(path)}`, `R:${nameOf(path)}`]),
  ];
  return isLines(lines) ? [`${lines.join("\n")}\n`] : [];
}

function isLines(texts: readonly string[]): boolean {
  return !texts.some((text) => /[\r\n\0]/.test(text));
}
