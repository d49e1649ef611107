import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scratch } from "../../tests/support/scratch.ts";
import type { LayerIndex } from "../core/layer.ts";
import { noSights } from "../core/sights.ts";
import { cacheDirectory, type LayerCache, openLayerCache } from "./layer-cache.ts";

function layer(diffId: string, names = "name"): LayerIndex {
  return {
    diffId,
    digest: `stored-${diffId}`,
    compression: "gzip",
    bytes: 1,
    entries: {
      count: 1,
      directories: Uint8Array.from(Buffer.from("d")),
      directoryEnds: new Uint32Array([1]),
      parent: new Uint32Array([0]),
      kind: new Uint8Array([0]),
      mode: new Uint16Array([0o755]),
      size: new Float64Array([7]),
      names: Uint8Array.from(Buffer.from(names)),
      nameEnds: new Uint32Array([names.length]),
      links: new Uint32Array([0]),
      targets: Uint8Array.from(Buffer.from("target")),
      targetEnds: new Uint32Array([6]),
      owners: new Uint32Array([0, 1000, 1000]),
      capabilities: new Map([[0, "\u0001"]]),
      newest: [{ entry: 0, mtime: 1 }],
    },
    executables: [{ entry: 0, kind: "elf" }],
    finds: {
      count: 1,
      packages: 1,
      plugins: ["p"],
      plugin: new Uint8Array([0]),
      entry: new Uint32Array([0]),
      parts: new Uint16Array([1]),
      ends: new Uint32Array([3]),
      bytes: Uint8Array.from([1, 2, 3]),
    },
    errors: [],
    faults: [],
  };
}

function opened(directory: string, fingerprint = "f", limit?: number): LayerCache {
  const cache = openLayerCache({ directory, fingerprint, limit });
  assert.ok(cache !== undefined);
  return cache;
}

test("openLayerCache() gives back what was saved, to another process too, and only to the same code", () => {
  const directory = join(scratch("cache"), "new", "deep");
  const cache = opened(directory);
  assert.equal(cache.layer("a"), undefined);
  cache.saveLayer(layer("a"));
  for (const reader of [cache, opened(directory)]) {
    assert.deepEqual(reader.layer("a"), layer("a"));
    assert.deepEqual(reader.identity("stored-a"), { digest: "stored-a", diffId: "a", compression: "gzip" });
    assert.equal(reader.identity("a"), undefined);
  }
  assert.equal(opened(directory, "other").layer("a"), undefined);
  assert.equal(statSync(join(directory, "layers")).mode & 0o777, 0o700);
});

test("openLayerCache() keeps nothing of a layer that was not read to its end", () => {
  const cache = opened(scratch("cache"));
  cache.saveLayer({ ...layer(""), digest: "" });
  cache.saveLayer({ ...layer("x"), digest: "" });
  assert.deepEqual([cache.layer(""), cache.layer("x")], [undefined, undefined]);
});

test("openLayerCache() knows a part of a file until anything of the file changes", () => {
  const cache = opened(scratch("cache"));
  const file = join(scratch("cache"), "archive.tar");
  writeFileSync(file, "bytes");
  const range = { stats: statSync(file, { bigint: true }), offset: 0, length: 5 };
  const identity = { digest: "s", diffId: "d", compression: "none" as const };
  assert.equal(cache.provenRange(range), undefined);
  cache.proveRange(range, { ...layer("d"), ...identity });
  assert.deepEqual(cache.provenRange(range), identity);
  assert.equal(cache.provenRange({ ...range, length: 4 }), undefined);
  assert.equal(cache.provenRange({ ...range, offset: 1 }), undefined);
  const { mtimeMs } = statSync(file);
  writeFileSync(file, "other");
  // Setting the time back does not help: ctime has moved.
  utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
  const changed = statSync(file, { bigint: true });
  assert.notEqual(changed.ctimeNs, range.stats.ctimeNs);
  assert.equal(cache.provenRange({ ...range, stats: changed }), undefined);
});

for (const [title, damage] of [
  ["empty", () => Buffer.alloc(0)],
  ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
  ["damaged inside", (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 60 ? byte ^ 1 : byte)))],
  ["of another kind", () => Buffer.from("<html>")],
] as const)
  test(`openLayerCache() passes over a file that is ${title}`, () => {
    const directory = scratch("cache");
    const cache = opened(directory);
    cache.saveLayer(layer("a"));
    cache.saveImage("i", {
      distro: undefined,
      packages: [],
      hiddenPackages: [],
      runs: [],
      gaps: [],
      unownedExecutables: [],
      files: 1,
      bytes: 1,
      sights: noSights,
    });
    assert.equal(cache.image("i")?.files, 1);
    for (const name of readdirSync(join(directory, "layers"))) {
      const file = join(directory, "layers", name);
      writeFileSync(file, damage(readFileSync(file)));
    }
    assert.deepEqual(
      [cache.layer("a"), cache.identity("stored-a"), cache.image("i")],
      [undefined, undefined, undefined],
    );
    cache.saveLayer(layer("a"));
    assert.deepEqual(cache.layer("a"), layer("a"));
  });

test("openLayerCache() is not there where it cannot be private", () => {
  const open = scratch("cache");
  mkdirSync(join(open, "layers"), { mode: 0o777 });
  chmodSync(join(open, "layers"), 0o777);
  assert.equal(openLayerCache({ directory: open, fingerprint: "f" }), undefined);
  const linked = scratch("cache");
  symlinkSync(scratch("elsewhere"), join(linked, "layers"));
  assert.equal(openLayerCache({ directory: linked, fingerprint: "f" }), undefined);
  const file = join(scratch("cache"), "file");
  writeFileSync(file, "");
  assert.equal(openLayerCache({ directory: file, fingerprint: "f" }), undefined);
});

test("openLayerCache() gives up at once below a directory that takes no children", {
  skip: !existsSync("/proc/self") && "needs /proc",
}, () => {
  assert.equal(openLayerCache({ directory: "/proc/seaworthy/cache", fingerprint: "f" }), undefined);
});

test("LayerCache.prune() removes what was not used for longest, and what crashed writers left", () => {
  const directory = scratch("cache");
  const cache = opened(directory, "f", 4000);
  const noise = (): string =>
    Array.from({ length: 700 }, () => String.fromCharCode(33 + Math.random() * 90)).join("");
  for (const [index, diffId] of ["a", "b", "c", "d"].entries()) {
    cache.saveLayer(layer(diffId, noise()));
    const hours = (10 - index) * 3_600_000;
    for (const name of readdirSync(join(directory, "layers"))) {
      const path = join(directory, "layers", name);
      if (Date.now() - statSync(path).mtimeMs < 60_000)
        utimesSync(path, (Date.now() - hours) / 1000, (Date.now() - hours) / 1000);
    }
  }
  assert.ok(cache.layer("a") !== undefined);
  const left = join(directory, "layers", "x.layer.abc.tmp");
  writeFileSync(left, "half");
  utimesSync(left, 1, 1);
  cache.prune();
  assert.deepEqual(
    ["a", "b", "c", "d"].map((diffId) => cache.layer(diffId) !== undefined),
    [true, false, false, true],
  );
  assert.equal(readdirSync(join(directory, "layers")).includes("x.layer.abc.tmp"), false);
});

test("LayerCache works without a disk to write to", () => {
  const directory = scratch("cache");
  const cache = opened(directory);
  writeFileSync(join(directory, "in-the-way"), "");
  const gone = openLayerCache({ directory: join(directory, "in-the-way"), fingerprint: "f" });
  assert.equal(gone, undefined);
  chmodSync(join(directory, "layers"), 0o500);
  cache.saveLayer(layer("a"));
  cache.prune();
  chmodSync(join(directory, "layers"), 0o700);
  assert.deepEqual(
    readdirSync(join(directory, "layers")).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

for (const [env, expected] of [
  [{ SEAWORTHY_CACHE_DIR: "/a" }, "/a"],
  [{ SEAWORTHY_CACHE_DIR: "", XDG_CACHE_HOME: "/x" }, "/x/seaworthy"],
  [{ SEAWORTHY_CACHE_DIR: "/a", XDG_CACHE_HOME: "/x" }, "/a"],
] as const)
  test(`cacheDirectory() of ${JSON.stringify(env)}`, () => {
    assert.equal(cacheDirectory(env), expected);
  });

test("cacheDirectory() of a relative XDG_CACHE_HOME is the home's, as the specification says", () => {
  assert.match(cacheDirectory({ XDG_CACHE_HOME: "relative" }), /\/\.cache\/seaworthy$/);
});
