import { SeaworthyError } from "../core/errors.ts";
import type { Candidate, Extractor } from "../core/plugin.ts";
import { createTarReader, type TarEntry, type TarReader, type TarSink } from "../formats/tar.ts";
import { type SparseMap, sparseAccess } from "../formats/tar-sparse.ts";
import {
  type Collector,
  createCollector,
  type WalkResult,
  type WalkTargets,
  type Wanted,
} from "./walk-collect.ts";
import {
  type ContentLimits,
  type ContentRoom,
  contentLimits,
  createContentBuffer,
  createContentRoom,
  memoryAccess,
} from "./walk-content.ts";
import { baseOf, maxPathLength, normalisePath, parentOf } from "./walk-path.ts";

/** What a walk needs beside the bytes. */
export interface WalkOptions {
  readonly extractors: readonly Extractor[];
  /** For a second pass: look at these entries only, under these paths. */
  readonly targets?: WalkTargets | undefined;
  readonly content?: ContentLimits | undefined;
}

/** A walk over one layer's tar, pushed chunk by chunk. It throws nothing: what goes wrong is in the result. */
export interface LayerWalk {
  push(chunk: Uint8Array): void;
  /** Why no more bytes will come: undefined at the regular end, else the error that broke the stream. */
  finish(failure?: unknown): WalkResult;
}

/** Walks a layer by the rules of the OCI image specification (https://github.com/opencontainers/image-spec/blob/main/layer.md). */
export function createLayerWalk(options: WalkOptions): LayerWalk {
  const collector = createCollector(options.extractors, options.targets);
  const open: OpenFile = { stop: undefined, room: createContentRoom() };
  const visitor = {
    entry: (entry: TarEntry, head: Uint8Array) =>
      visit(entry, head, collector, open, options.content ?? contentLimits),
  };
  const reader = createTarReader(visitor);
  let broken = false;
  const guard = (work: (reader: TarReader) => void): void => {
    if (broken) return;
    try {
      work(reader);
    } catch (thrown) {
      broken = true;
      collector.fault(thrown);
    }
  };
  return {
    push: (chunk) => guard(() => reader.push(chunk)),
    finish(failure) {
      if (failure !== undefined) {
        collector.fault(failure);
        broken = true;
      }
      guard(() => reader.end());
      open.stop?.();
      open.room.close();
      return collector.finish();
    },
  };
}

/** The file whose content streams by; `stop` is called when it breaks off. */
interface OpenFile {
  stop: (() => void) | undefined;
  readonly room: ContentRoom;
}

const whiteoutPrefix = ".wh.";
const opaqueName = ".wh..wh..opq";
/** What aufs keeps for itself, in the root and nowhere else (linux/aufs_type.h: AUFS_WKQ_PFX); no runtime unpacks it. */
const aufsOwn = /^\.wh\.\.wh\.(?:aufs|plnk|orph)(?:\/|$)/;

function visit(
  entry: TarEntry,
  head: Uint8Array,
  collector: Collector,
  open: OpenFile,
  limits: ContentLimits,
): TarSink | undefined {
  const path = acceptedPath(entry.path, collector);
  if (path === undefined || path === "") return undefined;
  if (path.includes(whiteoutPrefix) && takeWhiteout(path, collector)) return undefined;
  switch (entry.kind) {
    case "file":
      return visitFile(entry, path, head, collector, open, limits);
    case "symlink":
      collector.add({
        path,
        kind: "symlink",
        mode: entry.mode,
        size: 0,
        target: entry.linkTarget,
        attributes: entry,
      });
      return undefined;
    case "hardlink":
      addHardLink(entry, path, collector);
      return undefined;
    case "directory":
    case "other":
      collector.add({ path, kind: entry.kind, mode: entry.mode, size: 0, attributes: entry });
      return undefined;
  }
}

function acceptedPath(raw: string, collector: Collector): string | undefined {
  const path = normalisePath(raw);
  if (path === undefined) collector.fault(refused("malformed", raw, 'it leads through ".."'));
  else if (path.length > maxPathLength)
    collector.fault(refused("limit-exceeded", raw, `a path of ${path.length} characters`));
  else return path;
  return undefined;
}

// Answers false for a name that merely holds the prefix.
function takeWhiteout(path: string, collector: Collector): boolean {
  const name = baseOf(path);
  if (name === opaqueName) {
    collector.add({ path: parentOf(path), kind: "opaque", mode: 0, size: 0 });
    return true;
  }
  if (aufsOwn.test(path)) return true;
  if (!name.startsWith(whiteoutPrefix)) return false;
  const deleted = name.slice(whiteoutPrefix.length);
  if (deleted === "" || deleted === "." || deleted === "..") {
    collector.fault(refused("malformed", path, "a whiteout of no name"));
    return true;
  }
  const parent = parentOf(path);
  const target = parent === "" ? deleted : `${parent}/${deleted}`;
  collector.add({ path: target, kind: "whiteout", mode: 0, size: 0 });
  return true;
}

function addHardLink(entry: TarEntry, path: string, collector: Collector): void {
  const target = normalisePath(entry.linkTarget);
  if (target === undefined || target === "" || target.length > maxPathLength)
    collector.fault(refused("malformed", path, `a hard link to "${entry.linkTarget.slice(0, 80)}"`));
  else collector.add({ path, kind: "hardlink", mode: entry.mode, size: 0, target, attributes: entry });
}

function visitFile(
  entry: TarEntry,
  path: string,
  head: Uint8Array,
  collector: Collector,
  open: OpenFile,
  limits: ContentLimits,
): TarSink | undefined {
  const { mode, size, stored, sparse } = entry;
  const index = collector.add({ path, kind: "file", mode, size, attributes: entry });
  const candidate: Candidate = {
    path,
    mode,
    size,
    head: sparse === undefined ? head : sparseHead(sparse, head),
  };
  const wanted = collector.look(index, candidate);
  if (wanted.length === 0) return undefined;
  if (size > limits.spool) {
    const message = `read file of ${size} bytes: more than ${limits.spool} are not looked into`;
    collector.fail(index, wanted, { code: "limit-exceeded", message });
    return undefined;
  }
  return keep(
    index,
    wanted,
    { ...candidate, head: new Uint8Array(candidate.head) },
    { stored, sparse },
    collector,
    open,
    limits,
  );
}

function keep(
  index: number,
  wanted: readonly Wanted[],
  file: Candidate,
  { stored, sparse }: Pick<TarEntry, "stored" | "sparse">,
  collector: Collector,
  open: OpenFile,
  limits: ContentLimits,
): TarSink {
  const buffer = createContentBuffer(stored, limits, open.room);
  open.stop = () => {
    open.stop = undefined;
    buffer.close();
    const message = `read file of ${file.size} bytes: the layer breaks off inside it`;
    collector.fail(index, wanted, { code: "truncated", message });
  };
  return {
    write: (chunk) => buffer.write(chunk),
    end() {
      open.stop = undefined;
      try {
        const bytes = buffer.open();
        collector.extract(
          index,
          wanted,
          sparse === undefined ? bytes : sparseAccess(sparse, bytes),
          file.head,
        );
      } catch (thrown) {
        if (!(thrown instanceof SeaworthyError)) throw thrown;
        collector.fail(index, wanted, { code: thrown.code, message: thrown.message });
      } finally {
        buffer.close();
      }
    },
  };
}

function sparseHead(map: SparseMap, stored: Uint8Array): Uint8Array {
  return sparseAccess(map, memoryAccess(stored)).read(0, 512);
}

function refused(code: "malformed" | "limit-exceeded", path: string, state: string): SeaworthyError {
  return new SeaworthyError(code, `read entry "${path.slice(0, 200)}": ${state}`);
}
