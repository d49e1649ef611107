import type { LayerFind, PackedFinds } from "../core/layer.ts";
import type { FoundPackage } from "../core/package.ts";
import { bufferOf } from "../formats/lines.ts";
import { createGrowingBytes, createGrowingNumbers } from "./growing.ts";

// A layer of a large workspace has a hundred thousand finds. As objects each takes a kilobyte in two threads at once; as text some
// hundred bytes, which move between threads and into the cache as they are.

/** Parts of a find, each a bit in {@link PackedFinds.parts}. */
const findParts = {
  packages: 1,
  owns: 2,
  osOwns: 4,
  distro: 8,
  licences: 16,
  problems: 32,
  observations: 64,
  accounts: 128,
  repositories: 256,
  facts: 512,
} as const;

/** A part that a find may have. */
export type FindPart = keyof typeof findParts;

/** Packs finds one after the other. */
export interface FindPacker {
  add(find: LayerFind): void;
  /** Takes over one that was packed before. */
  copy(from: PackedFinds, index: number): void;
  /** Packages so far. */
  packages(): number;
  finish(): PackedFinds;
}

/** Most finds of a layer, and bytes of them. */
const mostFinds = 2 ** 21;
const mostBytes = 2 ** 26;

/** What is written of a find; owned paths follow the text as they are. */
interface Written extends Omit<LayerFind, "plugin" | "entry" | "owns"> {
  readonly owns: readonly (readonly [owner: string, os: boolean, length: number])[];
}

/** An empty packer. */
export function createFindPacker(): FindPacker {
  const plugins: string[] = [];
  const columns = {
    plugin: createGrowingNumbers(mostFinds),
    entry: createGrowingNumbers(mostFinds),
    parts: createGrowingNumbers(mostFinds),
    ends: createGrowingNumbers(mostFinds),
  };
  const memory = createGrowingBytes(mostBytes);
  let used = 0;
  let packages = 0;
  const put = (bytes: Uint8Array): void => {
    memory.room(used + bytes.length).set(bytes, used);
    used += bytes.length;
  };
  const note = (plugin: string, entry: number, parts: number): void => {
    if (!plugins.includes(plugin)) plugins.push(plugin);
    columns.plugin.add(plugins.indexOf(plugin));
    columns.entry.add(entry);
    columns.parts.add(parts);
    columns.ends.add(used);
  };
  return {
    add({ plugin, entry, owns, ...rest }) {
      const written: Written = {
        ...rest,
        owns: owns.map(({ owner, os, paths }) => [owner, os, paths.length]),
      };
      const text = Buffer.from(JSON.stringify(written));
      const paths = owns.reduce((sum, own) => sum + own.paths.length, 0);
      // Asked for at once: what does not fit leaves nothing behind.
      memory.room(used + 4 + text.length + paths);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      for (const part of [length, text, ...owns.map(({ paths }) => paths)]) put(part);
      packages += rest.packages.length;
      note(plugin, entry, partsOf({ owns, ...rest }));
    },
    copy(from, index) {
      put(from.bytes.subarray(startOf(from, index), from.ends[index]));
      packages += hasPart(from, index, "packages") ? findAt(from, index).packages.length : 0;
      note(pluginAt(from, index), from.entry[index] ?? 0, from.parts[index] ?? 0);
    },
    packages: () => packages,
    finish: () => ({
      count: columns.entry.count(),
      packages,
      plugins,
      plugin: Uint8Array.from(columns.plugin.finish()),
      entry: columns.entry.finish(),
      parts: Uint16Array.from(columns.parts.finish()),
      ends: columns.ends.finish(),
      bytes: new Uint8Array(memory.finish(used)),
    }),
  };
}

function partsOf(find: Omit<LayerFind, "plugin" | "entry">): number {
  const { packages, owns, distro, licences, problems, observations, accounts, repositories, facts } = find;
  return (
    (packages.length > 0 ? findParts.packages : 0) |
    (owns.length > 0 ? findParts.owns : 0) |
    (owns.some(({ os }) => os) ? findParts.osOwns : 0) |
    (distro === undefined ? 0 : findParts.distro) |
    (licences === undefined ? 0 : findParts.licences) |
    (problems.length > 0 ? findParts.problems : 0) |
    (observations === undefined ? 0 : findParts.observations) |
    (accounts === undefined ? 0 : findParts.accounts) |
    (repositories === undefined ? 0 : findParts.repositories) |
    (facts === undefined ? 0 : findParts.facts)
  );
}

/** No finds. */
export const noFinds: PackedFinds = createFindPacker().finish();

/** Every find of a layer. */
export function* allFinds(finds: PackedFinds): Generator<LayerFind> {
  for (let index = 0; index < finds.count; index += 1) yield findAt(finds, index);
}

/** Has this find that part? */
export function hasPart(finds: PackedFinds, index: number, part: FindPart): boolean {
  return ((finds.parts[index] ?? 0) & findParts[part]) !== 0;
}

/** Id of the plugin that made a find. */
export function pluginAt({ plugins, plugin }: PackedFinds, index: number): string {
  return plugins[plugin[index] ?? 0] ?? "";
}

/** One find, unpacked. */
export function findAt(finds: PackedFinds, index: number): LayerFind {
  const bytes = bufferOf(finds.bytes);
  const start = startOf(finds, index);
  let at = start + 4 + bytes.readUInt32LE(start);
  const written: Written = JSON.parse(bytes.toString("utf8", start + 4, at));
  const owns = written.owns.map(([owner, os, length]) => {
    at += length;
    return { owner, os, paths: finds.bytes.subarray(at - length, at) };
  });
  return {
    ...written,
    plugin: pluginAt(finds, index),
    entry: finds.entry[index] ?? 0,
    packages: written.packages.map(shared),
    owns,
    distro: written.distro,
  };
}

function startOf({ ends }: PackedFinds, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] ?? 0);
}

// The words that thousands of packages repeat are kept once.
const words = new Map<string, string>();
const mostWords = 10_000;

function shared(found: FoundPackage): FoundPackage {
  const { vendor } = found;
  return {
    ...found,
    ...(vendor === undefined ? {} : { vendor: sharedWord(vendor) }),
    licences: found.licences.map(sharedWord),
  };
}

function sharedWord(word: string): string {
  const known = words.get(word);
  if (known !== undefined) return known;
  if (words.size >= mostWords) words.clear();
  words.set(word, word);
  return word;
}
