import type { CheckOptions, CheckText } from "./check.ts";
import type { ImageConfig } from "./image.ts";
import type { LayerExecutable } from "./layer.ts";
import type { Accounts, Observation } from "./plugin.ts";

/** An entry of the merged image: what is visible in the end. */
export interface TreeFile {
  /** Canonical, without leading slash. */
  readonly path: string;
  /** The path of the directory that it is in; `""` for the root. Entries of one directory are shown one after the other. */
  readonly directory: string;
  /** Last part of the path. */
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** Permission bits (12). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content. */
  readonly size: number;
  /** Index of the layer whose entry it is. */
  readonly layer: number;
  /** Of a symbolic link: as written. */
  readonly target: string;
  /** What kind of program, by its first bytes; of scripts only those with an execute bit. */
  readonly program: LayerExecutable["kind"] | undefined;
  /** Of a script that is a program: the absolute path that its first line names. */
  readonly interpreter?: string | undefined;
  /** The extended attribute `security.capability`, one character a byte (capabilities(7)); undefined without one. */
  readonly capability: string | undefined;
}

/** The merged image, for questions about other paths. */
export interface ImageTree {
  /** What a path leads to, links followed; undefined when nothing is there. */
  find(path: string): TreeFile | undefined;
}

/** What a check saw at one entry. Sights of one check, layer and `group` become one finding. */
export interface TreeSight {
  /** What to count together: a family of tools, a directory. */
  readonly group: string;
  /** What was seen, in words; the finding's is that of its first entry, by path, followed by all its items. */
  readonly message: string;
  /** What is to be listed by name: a program's. */
  readonly item?: string | undefined;
  /** Path to name instead of the entry's own: the directory that is of no use as a whole. It has no item. */
  readonly place?: string | undefined;
}

/** Looks at visible entries once, in one pass with all others: it must be cheap, and pure. */
export interface TreeCheck {
  readonly text: CheckText;
  /** Asked only for programs of these names ({@link programName}) in directories of programs; undefined: for every entry. */
  readonly programs?: ReadonlySet<string> | undefined;
  /** Those of {@link programs} that it is asked for in every directory, by their plain names. */
  readonly anywhere?: ReadonlySet<string> | undefined;
  /** Is it asked, beside {@link programs}, for every script with an {@link TreeFile.interpreter}? */
  readonly scripts?: boolean | undefined;
  look(file: TreeFile, tree: ImageTree): TreeSight | undefined;
  /** Does what was found count in an image with this config? It does where this is undefined. */
  counts?(find: TreeFind, config: ImageConfig, options: CheckOptions): boolean;
}

const architecture = /^(?:[a-z0-9_]+-(?:linux|pc|unknown|redhat|alpine)-[a-z0-9_-]*(?:gnu|musl)[a-z0-9]*-)/;
const suffix = /(?:-[a-z0-9_]+-linux-(?:gnu|musl)\w*)?$/;

/** A program's name without architecture and version: `gcc` for `x86_64-linux-gnu-gcc-12`, `python` for `python3.11`. */
export function programName(name: string): string {
  const bare = name.includes("-linux-") ? name.replace(architecture, "").replace(suffix, "") : name;
  const last = bare.charCodeAt(bare.length - 1);
  return last >= 0x30 && last <= 0x39 ? bare.replace(/(?<=[a-z+])[-.]?\d[\d.]*$/, "") : bare;
}

/** What was seen in one group of one layer. */
export interface TreeFind {
  readonly check: string;
  readonly group: string;
  /** Without the items. */
  readonly message: string;
  readonly layer: number;
  /** How many entries there are in all, and their bytes. */
  readonly entries: number;
  readonly bytes: number;
  /** The first hundred, by path. */
  readonly members: readonly FindMember[];
}

/** An entry of a find, or the place that stands for several. */
export interface FindMember {
  readonly path: string;
  readonly item: string | undefined;
  readonly entries: number;
  readonly bytes: number;
  /** The OS package that owns the entry, as `deb curl`; no one's of a place. */
  readonly owner: string | undefined;
}

/** An observation, where it was made. */
export interface PlacedObservation extends Observation {
  readonly path: string;
  readonly layer: number;
  /** The layer that removed or replaced the file: shipped, not visible. */
  readonly removedIn: number | undefined;
}

/** All that checks saw in the layers' bytes: the same for the same layers. */
export interface TreeSights {
  /** Sorted by check, layer and group. */
  readonly finds: readonly TreeFind[];
  /** Sorted by path, line and check. */
  readonly observations: readonly PlacedObservation[];
  /** By the visible passwd(5) and group(5); undefined when the image has no passwd. */
  readonly accounts: Accounts | undefined;
  /** Each user and group that owns visible entries (ten thousand at most), with the first of them by path. */
  readonly owners: readonly FileOwner[];
  readonly waste: Waste;
  /** The files of each layer that were written last. */
  readonly newest: readonly {
    readonly path: string;
    readonly layer: number;
    /** Seconds since 1970. */
    readonly mtime: number;
  }[];
}

/** Of an image in which there was nothing to see. */
export const noSights: TreeSights = {
  finds: [],
  observations: [],
  accounts: undefined,
  owners: [],
  waste: { bytes: 0, total: 0, paths: [] },
  newest: [],
};

/** Who owns files. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
  readonly entries: number;
  readonly path: string;
  readonly layer: number;
}

/** Bytes that lower layers ship and higher ones replace or remove, as Dive counts them (https://github.com/wagoodman/dive). */
export interface Waste {
  readonly bytes: number;
  /** Of all layers' files. */
  readonly total: number;
  /** The two hundred largest, by path: all bytes shipped under it beyond what is visible in the end. */
  readonly paths: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly layers: readonly number[];
  }[];
}
