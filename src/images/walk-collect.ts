import { codeOf, messageOf, SeaworthyError } from "../core/errors.ts";
import type {
  LayerEntries,
  LayerError,
  LayerExecutable,
  LayerFault,
  LayerFind,
  PackedFinds,
  PackedOwnership,
} from "../core/layer.ts";
import type { FoundPackage, Ownership } from "../core/package.ts";
import type { Candidate, Extraction, Extractor, FoundFile, Problem } from "../core/plugin.ts";
import { createFindPacker, type FindPacker } from "./find-pack.ts";
import { createEntryColumns, type NewEntry } from "./walk-entries.ts";
import { executableKind, interpreterOf } from "./walk-executable.ts";

/** Entry → further paths by which the merged tree reaches that file: what a second pass looks at, and nothing else. */
export type WalkTargets = ReadonlyMap<number, readonly string[]>;

/** What a walk over one layer brought. */
export interface WalkResult {
  readonly entries: LayerEntries;
  readonly executables: readonly LayerExecutable[];
  readonly finds: PackedFinds;
  readonly errors: readonly LayerError[];
  readonly faults: readonly LayerFault[];
}

/** A path under which plugins want a file. */
export interface Wanted {
  readonly file: Candidate;
  readonly plugins: readonly Extractor[];
}

/** Where a walker, of a tar or of a directory, puts what it meets. */
export interface Collector {
  /** @throws SeaworthyError `limit-exceeded` when the layer's names take too much room. */
  add(entry: NewEntry): number;
  /** Notes whether the file is a program and answers who wants it, under its own path or those of a second pass. */
  look(entry: number, file: Candidate): readonly Wanted[];
  /** Runs the plugins; whatever they throw becomes an error of the file. */
  extract(entry: number, wanted: readonly Wanted[], bytes: FoundFile["bytes"], head: Uint8Array): void;
  /** Every plugin that wanted the file failed for the same reason. */
  fail(entry: number, wanted: readonly Wanted[], reason: Problem): void;
  fault(thrown: unknown): void;
  finish(): WalkResult;
}

/** Most errors, faults, programs and packages that are kept of a layer; more are counted in a fault. */
const maxErrors = 10_000;
const maxFaults = 100;
const maxExecutables = 200_000;
const maxPackages = 70_000;

/** A collector for one layer. With `targets` only those entries are looked at. */
export function createCollector(extractors: readonly Extractor[], targets?: WalkTargets): Collector {
  const columns = createEntryColumns();
  const executables = bounded<LayerExecutable>(maxExecutables);
  const finds = boundedFinds();
  const errors = bounded<LayerError>(maxErrors);
  const faults = bounded<LayerFault>(maxFaults);
  const noteProgram = (entry: number, file: Candidate): void => {
    const kind = executableKind(file);
    if (kind !== undefined) executables.add({ entry, kind, ...interpreterOf(kind, file) });
  };
  return {
    add: (entry) => columns.add(entry),
    look(entry, file) {
      if (targets === undefined) {
        noteProgram(entry, file);
        return whoWants(extractors, file, entry, errors);
      }
      const paths = targets.get(entry) ?? [];
      return paths.flatMap((path) => whoWants(extractors, { ...file, path }, entry, errors));
    },
    extract(entry, wanted, bytes, head) {
      for (const { file, plugins } of wanted)
        for (const plugin of plugins) run(plugin, { ...file, head, bytes }, entry, finds, errors);
    },
    fail(entry, wanted, { code, message }) {
      for (const { file, plugins } of wanted)
        for (const { id } of plugins) errors.add({ plugin: id, entry, path: file.path, code, message });
    },
    fault: (thrown) => faults.add({ code: codeOf(thrown), message: messageOf(thrown) }),
    finish() {
      const lost = errors.dropped() + faults.dropped();
      const lostPrograms = executables.dropped();
      const lostPackages = finds.dropped();
      return {
        entries: columns.finish(),
        executables: executables.items,
        finds: finds.finish(),
        errors: errors.items,
        faults: [
          ...faults.items,
          ...(lost === 0 ? [] : [tooMany(lost, "errors")]),
          ...(lostPrograms === 0 ? [] : [tooMany(lostPrograms, "programs")]),
          ...(lostPackages === 0 ? [] : [tooMany(lostPackages, "packages")]),
        ],
      };
    },
  };
}

const nobody: readonly Wanted[] = [];

// Asked for every file of every layer: allocates nothing until somebody says yes.
function whoWants(
  extractors: readonly Extractor[],
  file: Candidate,
  entry: number,
  errors: Bounded<LayerError>,
): readonly Wanted[] {
  let plugins: Extractor[] | undefined;
  for (const plugin of extractors) {
    try {
      if (!plugin.wants(file)) continue;
      plugins ??= [];
      plugins.push(plugin);
    } catch (thrown) {
      errors.add({
        plugin: plugin.id,
        entry,
        path: file.path,
        code: codeOf(thrown),
        message: messageOf(thrown),
      });
    }
  }
  return plugins === undefined ? nobody : [{ file, plugins }];
}

function run(
  plugin: Extractor,
  file: FoundFile,
  entry: number,
  finds: Finds,
  errors: Bounded<LayerError>,
): void {
  try {
    const extraction = plugin.extract(file);
    // A minor plugin looks into thousands of files that tell nothing: they are not kept.
    if (plugin.minor === true && tellsNothing(extraction)) return;
    pack(plugin.id, entry, file.path, extraction, finds);
  } catch (thrown) {
    const code = codeOf(thrown);
    errors.add({ plugin: plugin.id, entry, path: file.path, code, message: messageOf(thrown) });
  }
}

function tellsNothing(extraction: Extraction): boolean {
  return Object.values(extraction).every((part) => Array.isArray(part) && part.length === 0);
}

const noPackages: readonly FoundPackage[] = [];
const noProblems: readonly Problem[] = [];

/** Most observations that are kept of one file: a shadow(5) of a few megabytes has a million accounts. */
const mostObservations = 1000;

/** Packages of a large database go into several finds: each is unpacked as a whole. */
const mostTogether = 1000;

function pack(plugin: string, entry: number, path: string, extraction: Extraction, finds: Finds): void {
  const { packages = noPackages, owns = [], problems = noProblems, distro, licences } = extraction;
  const { observations = [], accounts, repositories = [], facts } = extraction;
  const unkept = observations.length - mostObservations;
  finds.add({
    plugin,
    entry,
    path,
    packages: packages.slice(0, mostTogether),
    owns: owns.slice(0, mostTogether).map(packOwner),
    distro,
    ...(licences === undefined || licences.length === 0 ? {} : { licences }),
    ...(observations.length === 0 ? {} : { observations: observations.slice(0, mostObservations) }),
    ...(accounts === undefined ? {} : { accounts }),
    ...(repositories.length === 0 ? {} : { repositories }),
    ...(facts === undefined ? {} : { facts }),
    problems: unkept <= 0 ? problems : [...problems, tooManyObservations(unkept)],
  });
  for (let from = mostTogether; from < Math.max(packages.length, owns.length); from += mostTogether)
    finds.add({
      plugin,
      entry,
      path,
      packages: packages.slice(from, from + mostTogether),
      owns: owns.slice(from, from + mostTogether).map(packOwner),
      distro: undefined,
      problems: noProblems,
    });
}

function tooManyObservations(unkept: number): Problem {
  const message = `${unkept} more observations than the ${mostObservations} that are kept`;
  return { code: "limit-exceeded", message };
}

function packOwner({ owner, os, paths }: Ownership): PackedOwnership {
  const text = paths.map((path) => `${path}\0`).join("");
  return { owner, os, paths: Uint8Array.from(Buffer.from(text, "utf8")) };
}

interface Finds extends Pick<FindPacker, "add" | "finish"> {
  dropped(): number;
}

function boundedFinds(): Finds {
  const packer = createFindPacker();
  let dropped = 0;
  return {
    add(find: LayerFind) {
      if (find.packages.length > 0 && packer.packages() + find.packages.length > maxPackages)
        dropped += find.packages.length;
      else packer.add(find);
    },
    dropped: () => dropped,
    finish: () => packer.finish(),
  };
}

interface Bounded<T> {
  readonly items: readonly T[];
  add(item: T): void;
  dropped(): number;
}

function bounded<T>(most: number): Bounded<T> {
  const items: T[] = [];
  let dropped = 0;
  return {
    items,
    add(item) {
      if (items.length < most) items.push(item);
      else dropped += 1;
    },
    dropped: () => dropped,
  };
}

function tooMany(lost: number, what: string): LayerFault {
  const error = new SeaworthyError("limit-exceeded", `read layer: ${lost} more ${what} than are kept`);
  return { code: error.code, message: error.message };
}
