import type { ElfFacts, FileFacts, ImportFacts } from "../../src/core/facts.ts";
import type { FileSystem } from "../../src/core/file-system.ts";
import type { ImageConfig } from "../../src/core/image.ts";
import type { TreeFile } from "../../src/core/sights.ts";

/** A file of an image that is told, not made. A text is the target of a link. */
export type ToldFile =
  | string
  | {
      readonly facts?: readonly FileFacts[];
      readonly owner?: string;
      readonly mode?: number;
      readonly size?: number;
    };

/** The files of an image by path; directories come with what is in them, or as a path that ends in `/`. */
export function toldFiles(told: Readonly<Record<string, ToldFile>>): FileSystem {
  const directories = new Map<string, Set<string>>([["", new Set()]]);
  const place = (path: string): void => {
    const slash = path.lastIndexOf("/");
    const parent = slash < 0 ? "" : path.slice(0, slash);
    if (!directories.has(parent)) {
      directories.set(parent, new Set());
      place(parent);
    }
    directories.get(parent)?.add(path.slice(slash + 1));
  };
  for (const path of Object.keys(told)) {
    const own = path.replace(/\/$/u, "");
    place(own);
    if (path.endsWith("/")) directories.set(own, directories.get(own) ?? new Set());
  }
  const ownerOf = (path: string): string | undefined => {
    const file = told[path];
    return typeof file === "object" ? file.owner : undefined;
  };
  return {
    entry: (path) => entryOf(path, told[path] ?? (directories.has(path) ? "/" : undefined)),
    list: (path) => [...(directories.get(path) ?? [])].sort(),
    facts: (path) => {
      const file = told[path];
      return typeof file === "object" ? (file.facts ?? []) : [];
    },
    owners: (path) => [ownerOf(path) ?? []].flat(),
    owned: (owner) => Object.keys(told).filter((path) => ownerOf(path) === owner),
  };
}

function entryOf(path: string, file: ToldFile | undefined): TreeFile | undefined {
  if (file === undefined) return undefined;
  const common = {
    path,
    name: path.slice(path.lastIndexOf("/") + 1),
    uid: 0,
    gid: 0,
    layer: 0,
    capability: undefined,
    directory: path.slice(0, Math.max(path.lastIndexOf("/"), 0)),
  };
  const none = { size: 0, target: "", program: undefined };
  if (file === "/") return { ...common, ...none, kind: "directory", mode: 0o755 };
  if (typeof file === "string") return { ...common, ...none, kind: "symlink", mode: 0o777, target: file };
  return { ...common, ...none, kind: "file", mode: file.mode ?? 0o755, size: file.size ?? 1 };
}

/** An ELF file. */
export function elf(more: Partial<ElfFacts> = {}): Exclude<ToldFile, string> {
  const none = { needed: [], rpath: [], runpath: [], names: [], loads: false, shell: false, runs: false };
  return { facts: [{ kind: "elf", ...none, ...more }] };
}

/** A source that loads modules. */
export function imports(
  language: ImportFacts["language"],
  requests: readonly string[],
  more: Partial<ImportFacts> = {},
): ToldFile {
  const none = { computed: false, plugins: false, runs: false, shell: false, words: [], cut: false };
  return { facts: [{ kind: "imports", language, requests, ...none, ...more }] };
}

/** A config with a command. */
export function configOf(argv: readonly string[], more: Partial<ImageConfig> = {}): ImageConfig {
  return {
    platform: { os: "linux", architecture: "amd64" },
    diffIds: [],
    history: [],
    env: ["PATH=/usr/local/bin:/usr/bin:/bin"],
    entrypoint: argv,
    cmd: [],
    user: "",
    workingDir: "",
    labels: {},
    exposedPorts: [],
    volumes: [],
    healthcheck: [],
    ...more,
  };
}
