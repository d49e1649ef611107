import type { ElfFacts } from "../core/facts.ts";
import type { FileSystem } from "../core/file-system.ts";
import {
  directoryOf,
  keep,
  keepBelow,
  type Level,
  type Reach,
  type Reason,
  walkPath,
  within,
} from "./reach.ts";

// The order of ld.so(8): RPATH (where there is no RUNPATH), LD_LIBRARY_PATH, RUNPATH, the cache made from ld.so.conf, the loader's own
// directories; musl's: LD_LIBRARY_PATH, RPATH and RUNPATH alike, /etc/ld-musl-ARCH.path or its own three.

/** Where libraries are looked for in one image. */
export interface LibraryPath {
  /** LD_LIBRARY_PATH. */
  readonly told: readonly string[];
  /** Directories of ld.so.conf, then those of the loaders. */
  readonly standing: readonly string[];
  /** RPATHs of programs: libraries inherit them from whoever loads them. */
  readonly inherited: Set<string>;
}

const triplets: Readonly<Record<string, string>> = {
  amd64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
  arm: "arm-linux-gnueabihf",
  "386": "i386-linux-gnu",
  ppc64le: "powerpc64le-linux-gnu",
  s390x: "s390x-linux-gnu",
  riscv64: "riscv64-linux-gnu",
};

/** Reads what the image says of library directories. */
export function libraryPath(
  files: FileSystem,
  environment: ReadonlyMap<string, string>,
  architecture: string,
): LibraryPath {
  const told = (environment.get("LD_LIBRARY_PATH") ?? "").split(/[:;]/).filter((one) => one !== "");
  const triplet = triplets[architecture];
  const own = triplet === undefined ? [] : [`/lib/${triplet}`, `/usr/lib/${triplet}`];
  const confFiles = [
    "etc/ld.so.conf",
    ...files.list("etc/ld.so.conf.d").map((name) => `etc/ld.so.conf.d/${name}`),
  ];
  const musl = files.list("etc").filter((name) => /^ld-musl-.+\.path$/.test(name));
  const stated = [...confFiles, ...musl.map((name) => `etc/${name}`)].flatMap((path) =>
    settingsOf(files, path),
  );
  const directories = stated.flatMap((line) => line.split(/[:\s]+/)).filter((one) => one.startsWith("/"));
  const standing = [...directories, ...own, "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"];
  return { told, standing: [...new Set(standing)], inherited: new Set() };
}

/** Lines of a settings file; none when it is not there or no link leads to it. */
export function settingsOf(files: FileSystem, path: string): readonly string[] {
  return files.facts(path).flatMap((facts) => (facts.kind === "text" ? facts.lines : []));
}

// Paths under which a library of this name is looked for by the file at `path`, in order.
function candidates(
  { told, standing, inherited }: LibraryPath,
  name: string,
  path: string,
  { rpath, runpath }: Pick<ElfFacts, "rpath" | "runpath">,
): readonly string[] {
  if (name.includes("/")) return [expand(name, path)];
  const old = runpath.length > 0 ? [] : rpath;
  const directories = [...old, ...told, ...runpath, ...standing, ...inherited];
  return directories
    .filter((directory) => directory !== "")
    .map((directory) => `${expand(directory, path).replace(/\/+$/, "")}/${name}`);
}

// https://man7.org/linux/man-pages/man8/ld.so.8.html, "Dynamic string tokens".
function expand(text: string, path: string): string {
  return text
    .replace(/\$(?:ORIGIN|\{ORIGIN\})/g, `/${directoryOf(path)}`)
    .replace(/\$(?:LIB|\{LIB\})/g, "lib")
    .replace(/\$(?:PLATFORM|\{PLATFORM\})/g, "x86_64");
}

/** Keeps a library; false when it is nowhere. */
export function keepLibrary(
  reach: Reach,
  libraries: LibraryPath,
  name: string,
  path: string,
  facts: Pick<ElfFacts, "rpath" | "runpath">,
  level: Level,
  why: string,
): boolean {
  const reason = { level, why, from: path };
  for (const candidate of candidates(libraries, name, path, facts)) {
    if (keep(reach, candidate, reason) === undefined) continue;
    keepTuned(reach, candidate, name, reason);
    return true;
  }
  return false;
}

/** Keeps libraries of a name that may lack its version: `libmagic.so` for `libmagic.so.1`. */
export function keepLibraryLike(
  reach: Reach,
  { told, standing }: LibraryPath,
  name: string,
  reason: Reason,
): void {
  for (const directory of [...told, ...standing]) {
    const place = walkPath(reach.files, directory).end?.path ?? "";
    for (const one of place === "" ? [] : reach.files.list(place))
      if (one === name || one.startsWith(`${name}.`)) keep(reach, `${directory}/${one}`, reason);
  }
}

// Copies for better processors are preferred where there are any.
function keepTuned(reach: Reach, found: string, name: string, reason: Parameters<typeof keep>[2]): void {
  const tuned = within(directoryOf(found).slice(1), "glibc-hwcaps");
  for (const level of reach.files.list(tuned)) keep(reach, `/${tuned}/${level}/${name}`, reason);
}

const libc = /^(?:libc\.so\.6|libnss_\w+\.so\.2|libc\.musl-.+|ld-linux.*|ld-musl.*|ld64.*)$/;

/** Is it the C library or the loader, whose constants name half of every system? */
export function isLibc({ soname = "" }: ElfFacts, path: string): boolean {
  return libc.test(soname) || libc.test(path.slice(path.lastIndexOf("/") + 1));
}

/** What glibc opens by itself: name services, character sets, the unwinder that ends threads. */
export function keepLibcParts(reach: Reach, libraries: LibraryPath, path: string, level: Level): void {
  const from = { rpath: [], runpath: [] };
  const services = settingsOf(reach.files, "etc/nsswitch.conf").flatMap((line) => {
    const [, list = ""] = line.split(/:(.*)/);
    return list.replace(/\[[^\]]*\]/g, " ").split(/\s+/);
  });
  for (const service of new Set(["files", "dns", ...services]))
    if (/^\w+$/.test(service))
      keepLibrary(
        reach,
        libraries,
        `libnss_${service}.so.2`,
        path,
        from,
        level,
        `name service "${service}" of nsswitch.conf`,
      );
  keepLibrary(reach, libraries, "libgcc_s.so.1", path, from, level, "glibc loads it to end threads");
  const gconv = within(directoryOf(path), "gconv");
  if (reach.files.entry(gconv)?.kind === "directory")
    keepBelow(reach, gconv, { level: "doubtful", why: "character sets that iconv(3) loads", from: path });
}
