import type { FileSystem } from "../core/file-system.ts";
import type { ImageConfig } from "../core/image.ts";
import type { Accounts } from "../core/plugin.ts";
import { carriedConfig, variableless } from "./carried.ts";
import type { Closure } from "./closure.ts";
import { findProgram } from "./command.ts";
import type { PackageDatabase } from "./package-database.ts";
import { directoryOf, walkPath, within } from "./reach.ts";

/** What a planned image is made from. */
export interface DockerfilePlan {
  /** By which a builder gets the image; undefined for one that only this machine has. */
  readonly image: string | undefined;
  readonly base: string;
  readonly config: ImageConfig;
  readonly closure: Closure;
  readonly files: FileSystem;
  /** Paths that the base brings itself. */
  readonly isInBase: (path: string) => boolean;
  readonly accounts: Accounts | undefined;
  /** Of the packages that stay and that the base does not bring; undefined where there is none that can be written. */
  readonly database: PackageDatabase | undefined;
}

/** Kept paths, grouped: where all in a directory is kept the directory stands for it. Sorted. */
export function groupKept(files: FileSystem, isKept: (path: string) => boolean): readonly string[] {
  return groupIn(files, "", isKept).paths;
}

function groupIn(
  files: FileSystem,
  directory: string,
  isKept: (path: string) => boolean,
): { readonly whole: boolean; readonly paths: readonly string[] } {
  const names = files.list(directory);
  const paths: string[] = [];
  let whole = true;
  for (const name of names) {
    const path = within(directory, name);
    const below = files.entry(path)?.kind === "directory" ? groupIn(files, path, isKept) : undefined;
    if (below === undefined ? isKept(path) : below.whole && (below.paths.length > 0 || isKept(path)))
      paths.push(path);
    else {
      whole = false;
      paths.push(...(below?.paths ?? []));
    }
  }
  return { whole, paths };
}

const stage = "app";
const gathered = "/.seaworthy";

/** A Dockerfile that copies what is kept, and nothing else. */
export function slimDockerfile(plan: DockerfilePlan): {
  readonly text: string;
  readonly limits: readonly string[];
} {
  const { config, closure, files, base, image, database } = plan;
  const stays = (path: string): boolean => closure.kept.has(path) || database?.files.has(path) === true;
  const paths = groupKept(files, (path) => stays(path) && !plan.isInBase(path)).map((path) => `/${path}`);
  const program = (name: string): string | undefined =>
    findProgram(files, { ...closure.start, environment: new Map() }, name);
  const copies = program("cp");
  const shell = copies === undefined ? undefined : program("sh");
  const user = userOf(plan);
  const carried = carriedConfig(config);
  const lines = [
    image === undefined ? "ARG IMAGE" : `ARG IMAGE=${image}`,
    `FROM \${IMAGE} AS ${stage}`,
    ...(copies === undefined ? [] : gather(copies, paths)),
    ...(shell === undefined || database === undefined ? [] : writeDatabase(shell, database)),
    "",
    `FROM ${base}`,
    ...(copies === undefined ? copyEach(files, paths) : [`COPY --from=${stage} ["${gathered}/", "/"]`]),
    ...carried.lines,
    `USER ${user.id}`,
    ...commandLines(plan),
    "",
  ];
  const limits = [
    ...user.limits,
    ...carried.limits,
    ...(copies === undefined
      ? [
          "the image has no cp: links that stand alone become copies of what they lead to, since COPY follows them",
        ]
      : []),
    ...(database !== undefined && (shell !== undefined || database.stanzas.length === 0)
      ? []
      : ["no package database is copied: scanners see the OS packages only in the report of this image"]),
  ];
  return { text: lines.join("\n"), limits };
}

// COPY follows a link that it is told to copy (moby/moby#40449); cp -a keeps it, with owner, mode and capabilities.
function gather(program: string, paths: readonly string[]): readonly string[] {
  return [
    "# COPY would follow links; cp keeps them, with owners and modes.",
    "USER 0",
    `WORKDIR ${gathered}`,
    // Elsewhere --parents of coreutils 9.1 does not find the directories whose modes it has to keep.
    "WORKDIR /",
    ...chunksOf(paths).map((chunk) => runLine([program, "-a", "--parents", ...chunk, gathered])),
  ];
}

// The database of the image still tells of what is gone: what is true of the rest is written, an argument for each package.
function writeDatabase(shell: string, { path, stanzas }: PackageDatabase): readonly string[] {
  if (stanzas.length === 0) return [];
  const target = `${gathered}${path}`;
  return [
    "# For scanners: the packages that stay.",
    `WORKDIR ${target.slice(0, target.lastIndexOf("/"))}`,
    "WORKDIR /",
    ...chunksOf(stanzas).map((chunk) =>
      runLine([shell, "-c", `printf '%s\\n' "$@" >>${target}`, "sh", ...chunk]),
    ),
  ];
}

function runLine(words: readonly string[]): string {
  return `RUN [ \\\n${words.map((word) => `  ${json(word)}`).join(", \\\n")} \\\n]`;
}

const longestCommand = 60_000;

function chunksOf(words: readonly string[]): readonly (readonly string[])[] {
  const chunks: string[][] = [[]];
  let size = 0;
  for (const word of words) {
    if (size + word.length > longestCommand) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(word);
    size += word.length + 8;
  }
  return chunks;
}

function copyEach(files: FileSystem, paths: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const single = new Map<string, string[]>();
  for (const path of paths) {
    if (walkPath(files, path).end?.kind === "directory") lines.push(copyLine([`${path}/`, `${path}/`]));
    else {
      const directory = `/${directoryOf(path.slice(1))}`;
      single.set(directory, [...(single.get(directory) ?? []), path]);
    }
  }
  for (const [directory, list] of single) lines.push(copyLine([...list, `${directory.replace(/\/$/, "")}/`]));
  return lines.sort();
}

function copyLine(words: readonly string[]): string {
  return `COPY --from=${stage} [${words.map((word) => variableless(json(word.replace(/[[*?\\]/g, "\\$&")))).join(", ")}]`;
}

function json(text: string): string {
  return JSON.stringify(text);
}

function commandLines({ config, closure, base }: DockerfilePlan): readonly string[] {
  const { withoutShell, argv } = closure.start;
  const line = (keyword: string, words: readonly string[]): readonly string[] =>
    words.length > 0 ? [`${keyword} ${JSON.stringify(words)}`] : [];
  if (config.entrypoint.length > 0)
    return withoutShell
      ? line("ENTRYPOINT", argv)
      : [...line("ENTRYPOINT", config.entrypoint), ...line("CMD", config.cmd)];
  // CMD alone would be arguments of the base's own entrypoint: distroless has interpreters there.
  return [...(base === "scratch" ? [] : ["ENTRYPOINT []"]), ...line("CMD", withoutShell ? argv : config.cmd)];
}

const nonroot = "65532:65532";

// By number: the cluster can then see that it is not root. Root gives way where everybody may read all that is kept.
function userOf({ config, closure, files, accounts }: DockerfilePlan): {
  readonly id: string;
  readonly limits: readonly string[];
} {
  const [user = "", group] = config.user.split(":");
  const known = accounts?.users.find(({ name, uid }) => name === user || String(uid) === user);
  const uid = /^\d+$/.test(user) ? Number(user) : (known?.uid ?? 0);
  const named = accounts?.groups.find(({ name }) => name === group)?.gid;
  const gid = group !== undefined && /^\d+$/.test(group) ? Number(group) : (named ?? known?.gid ?? 0);
  if (uid !== 0) return { id: `${uid}:${gid}`, limits: [] };
  const isNeeded = (path: string): boolean => closure.kept.get(path)?.level === "needed";
  const closed = [...closure.kept.keys()].find((path) => isNeeded(path) && isClosed(files, path));
  if (closed !== undefined) return { id: "0:0", limits: [`USER stays 0: not everybody may read /${closed}`] };
  return {
    id: nonroot,
    limits: ["the image ran as root, the plan runs as 65532: where the application writes is not known"],
  };
}

function isClosed(files: FileSystem, path: string): boolean {
  const entry = files.entry(path);
  if (entry?.kind !== "file" && entry?.kind !== "directory") return false;
  // Root's own home is nobody else's business.
  if (/^root(?:\/|$)/.test(path)) return false;
  return (entry.mode & 0o004) === 0 || (entry.kind === "directory" && (entry.mode & 0o001) === 0);
}
