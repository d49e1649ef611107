import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { file, gone } from "../../tests/support/image.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { LayerBlob, OpenImage } from "../core/image.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";
import { type LayerCache, openLayerCache } from "../store/layer-cache.ts";
import { indexFingerprint } from "./index-fingerprint.ts";
import { indexImage } from "./index-image.ts";
import { indexLayer } from "./index-layer.ts";
import { createLayerPool } from "./index-pool.ts";

const sha = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const manifest = (name: string, version: string): TarItem =>
  file(`app/node_modules/${name}/package.json`, JSON.stringify({ name, version }));

interface Made extends LayerBlob {
  readonly stored: Buffer;
  readonly path: string;
}

/** A layer on disk, gzip or zstd or neither, old enough that the cache trusts its times. */
function made(items: readonly TarItem[], compression: "gzip" | "zstd" | "none" = "gzip"): Made {
  const tar = Buffer.from(writeTar(items));
  const stored =
    compression === "gzip" ? gzipSync(tar) : compression === "zstd" ? zstdCompressSync(tar) : tar;
  const path = join(scratch("layer"), "blob");
  writeFileSync(path, stored);
  return {
    stored,
    path,
    digest: sha(stored),
    diffId: sha(tar),
    mediaType: "",
    size: stored.length,
    content: { kind: "file", path, offset: 0, length: stored.length },
  };
}

function imageOf(layers: readonly LayerBlob[]): OpenImage {
  const platform = { os: "linux", architecture: "amd64" };
  const config = {
    platform,
    diffIds: [],
    history: [],
    env: [],
    entrypoint: [],
    cmd: [],
    user: "",
    workingDir: "",
    labels: {},
    exposedPorts: [],
    volumes: [],
    healthcheck: [],
  };
  return { reference: "r", digest: "d", platform, config, annotations: {}, layers, close: async () => {} };
}

function streamed(layer: Made, onOpen: () => void = () => {}): LayerBlob {
  return {
    ...layer,
    content: {
      kind: "stream",
      async *open() {
        onOpen();
        for (let at = 0; at < layer.stored.length; at += 10_000) yield layer.stored.subarray(at, at + 10_000);
      },
    },
  };
}

function cacheIn(directory: string): LayerCache {
  const cache = openLayerCache({ directory, fingerprint: indexFingerprint() });
  assert.ok(cache !== undefined);
  return cache;
}

// The cache trusts no file that was changed a moment ago.
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 80));

const filler = file("big.bin", randomBytes(3_000_000));

test("indexImage() gives the same in this thread and in others, from files, streams and directories", async () => {
  const items = [
    [manifest("a", "1.0.0"), manifest("b", "1.0.0")],
    [manifest("a", "2.0.0"), gone("app/node_modules/b")],
  ];
  const small = items.map((layer) => made(layer));
  const large = items.map((layer, index) => made([...layer, filler], index === 0 ? "zstd" : "none"));
  const names = async (layers: readonly LayerBlob[]): Promise<unknown> => {
    const { packages, hiddenPackages, gaps } = await indexImage(imageOf(layers));
    return [
      packages.map(({ purl, layer }) => [purl, layer]),
      hiddenPackages.map(({ purl, removedIn }) => [purl, removedIn]),
      gaps,
    ];
  };
  const expected = [
    [["pkg:npm/a@2.0.0", 1]],
    [
      ["pkg:npm/a@1.0.0", 1],
      ["pkg:npm/b@1.0.0", 1],
    ],
    [],
  ];
  assert.deepEqual(await names(small), expected);
  assert.deepEqual(await names(large), expected);
  assert.deepEqual(await names(small.map((layer) => streamed(layer))), expected);
  assert.deepEqual(await names(large.map((layer) => streamed(layer))), expected);
});

test("indexImage() reads a part of a file", async () => {
  const layer = made([manifest("a", "1.0.0")]);
  const path = join(scratch("archive"), "a");
  writeFileSync(path, Buffer.concat([Buffer.alloc(1000, 1), layer.stored, Buffer.alloc(1000, 2)]));
  const content = { kind: "file" as const, path, offset: 1000, length: layer.stored.length };
  const { packages, gaps } = await indexImage(imageOf([{ ...layer, content }]));
  assert.deepEqual([packages.map(({ purl }) => purl), gaps], [["pkg:npm/a@1.0.0"], []]);
});

test("indexImage() says what is wrong with layers, in either thread", async () => {
  for (const more of [[], [filler]]) {
    const good = made([manifest("a", "1.0.0"), ...more]);
    const cut = good.stored.subarray(0, good.stored.length - 20);
    const cutPath = join(scratch("layer"), "cut");
    writeFileSync(cutPath, cut);
    const codesOf = async (layer: LayerBlob): Promise<string[]> =>
      (await indexImage(imageOf([good, layer]))).gaps.map(({ code }) => code);
    assert.deepEqual(await codesOf({ ...good, digest: sha(Buffer.from("x")) }), ["digest-mismatch"]);
    assert.deepEqual(await codesOf({ ...good, diffId: sha(Buffer.from("x")) }), ["diff-id-mismatch"]);
    assert.deepEqual(
      await codesOf({ ...good, content: { kind: "file", path: cutPath, offset: 0, length: cut.length } }),
      ["layer-unreadable"],
    );
    assert.deepEqual(
      await codesOf({
        ...good,
        content: { kind: "file", path: cutPath, offset: 0, length: good.stored.length },
      }),
      ["layer-unreadable"],
    );
    assert.deepEqual(
      await codesOf({
        ...good,
        content: { kind: "file", path: `${cutPath}-none`, offset: 0, length: 5_000_000 },
      }),
      ["layer-unreadable"],
    );
    const failing: LayerBlob = {
      ...good,
      content: {
        kind: "stream",
        async *open() {
          yield good.stored.subarray(0, 100);
          throw new SeaworthyError("network-failed", "download layer: the line went dead");
        },
      },
    };
    assert.deepEqual(await codesOf(failing), ["layer-unreadable"]);
    assert.deepEqual(
      await codesOf({ ...good, content: { kind: "unreadable", code: "encrypted", reason: "no key" } }),
      ["layer-unreadable"],
    );
  }
});

test("indexImage() reads nothing twice: files by their state, streams by their digest", async () => {
  const cache = cacheIn(scratch("cache"));
  const layers = [made([manifest("a", "1.0.0"), filler]), made([manifest("b", "1.0.0")])];
  await settle();
  let read = 0;
  const index = (image: OpenImage): ReturnType<typeof indexImage> =>
    indexImage(image, { cache, onProgress: () => (read += 1) });
  const cold = await index(imageOf(layers));
  assert.ok(read > 0);
  read = 0;
  assert.deepEqual(await index(imageOf(layers)), cold);
  assert.equal(read, 0);
  let opened = 0;
  const warm = await index(imageOf(layers.map((layer) => streamed(layer, () => (opened += 1)))));
  assert.deepEqual([warm, opened, read], [cold, 0, 0]);
  // Another image over the same base: only the new layer is read.
  const more = await index(
    imageOf([...layers.map((layer) => streamed(layer, () => (opened += 1))), made([manifest("c", "1.0.0")])]),
  );
  assert.deepEqual([more.packages.length, opened], [3, 0]);
});

test("indexImage() lets no archive borrow what the cache knows of another", async () => {
  const cache = cacheIn(scratch("cache"));
  const known = made([manifest("good", "1.0.0"), filler]);
  await indexImage(imageOf([known]), { cache });
  const other = made([manifest("evil", "1.0.0")]);
  const lying = { ...other, digest: known.digest, diffId: known.diffId };
  const { packages, gaps } = await indexImage(imageOf([lying]), { cache });
  assert.deepEqual(
    packages.map(({ name }) => name),
    ["evil"],
  );
  assert.deepEqual(
    gaps.map(({ code }) => code),
    ["digest-mismatch", "diff-id-mismatch"],
  );
  // Nor plant anything: the good layer is still what it was.
  const again = await indexImage(imageOf([streamed(known)]), { cache });
  assert.deepEqual([again.packages.map(({ name }) => name), again.gaps], [["good"], []]);
});

test("indexImage() looks at gzip's checksum where no digest is claimed, and remembers nothing that it did not prove", async () => {
  const cache = cacheIn(scratch("cache"));
  const layer = made([manifest("a", "1.0.0"), filler]);
  const stored = Buffer.from(layer.stored);
  stored.writeUInt32LE(1, stored.length - 8);
  writeFileSync(layer.path, stored);
  await settle();
  const codesOf = async (diffId: string | undefined): Promise<string[]> => {
    const { gaps } = await indexImage(imageOf([{ ...layer, digest: undefined, diffId }]), { cache });
    return gaps.map(({ code }) => code);
  };
  assert.deepEqual(await codesOf(sha(Buffer.from("x"))), ["diff-id-mismatch"]);
  assert.deepEqual(await codesOf(undefined), ["layer-unreadable"]);
  assert.deepEqual(await codesOf(layer.diffId), []);
});

test("indexImage() notices that a file's bytes were changed in place, its time set back", async () => {
  const cache = cacheIn(scratch("cache"));
  const layer = made([manifest("a", "1.0.0")], "none");
  await settle();
  await indexImage(imageOf([layer]), { cache });
  const { atimeMs, mtimeMs } = statSync(layer.path);
  writeFileSync(layer.path, writeTar([manifest("b", "1.0.0")]));
  utimesSync(layer.path, atimeMs / 1000, mtimeMs / 1000);
  const { packages, gaps } = await indexImage(imageOf([layer]), { cache });
  assert.deepEqual(
    packages.map(({ name }) => name),
    ["b"],
  );
  assert.deepEqual(
    gaps.map(({ code }) => code),
    ["digest-mismatch", "diff-id-mismatch"],
  );
});

test("indexImage() takes a copied file from the cache after hashing it, and says the same", async () => {
  const cache = cacheIn(scratch("cache"));
  const layer = made([manifest("a", "1.0.0"), filler]);
  const cold = await indexImage(imageOf([layer]), { cache });
  const copy = join(scratch("copy"), "blob");
  writeFileSync(copy, layer.stored);
  const moved = {
    ...layer,
    content: { ...layer.content, kind: "file" as const, path: copy, offset: 0, length: layer.stored.length },
  };
  assert.deepEqual(await indexImage(imageOf([moved]), { cache }), cold);
});

test("indexImage() keeps no image with a faulty layer", async () => {
  const directory = scratch("cache");
  const cache = cacheIn(directory);
  const layer = made([manifest("a", "1.0.0")]);
  const cut = {
    ...layer,
    content: { kind: "file" as const, path: layer.path, offset: 0, length: layer.stored.length - 9 },
  };
  await indexImage(imageOf([cut]), { cache });
  assert.deepEqual(readdirSync(join(directory, "layers")), []);
});

test("indexImage() notes a history and a Dockerfile that do not fit, from the cache too", async () => {
  const cache = cacheIn(scratch("cache"));
  const image = imageOf([made([manifest("a", "1.0.0")])]);
  const history = ["ADD x /", "RUN y"].map((createdBy) => ({ createdBy, emptyLayer: false }));
  const other = { ...image, config: { ...image.config, history } };
  const dockerfile = { file: "Dockerfile", text: "FROM x\nRUN other\n" };
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual((await indexImage(image, { cache })).notes, []);
    assert.deepEqual((await indexImage(other, { cache, dockerfile })).notes, [
      "the image's history tells of 2 layers, the image has 1: the history is not used",
      "Dockerfile does not fit the image's history: no layer is joined to a line",
    ]);
  }
});

test("indexImage() stops when it is told to", async () => {
  for (const more of [[], [filler]]) {
    const control = new AbortController();
    const layer = streamed(made([manifest("a", "1.0.0"), ...more]), () => control.abort(new Error("enough")));
    await assert.rejects(indexImage(imageOf([layer]), { signal: control.signal }), { message: "enough" });
  }
});

test("indexImage() tells how far it is", async () => {
  const layer = made([filler]);
  const seen: number[] = [];
  await indexImage(imageOf([layer]), { onProgress: ({ bytes, total }) => seen.push(bytes / (total ?? 0)) });
  assert.ok(seen.every((part) => part > 0 && part <= 1));
});

test("indexLayer() of a directory has no digest", async () => {
  const root = scratch("root");
  writeFileSync(join(root, "file"), "x");
  const index = await indexLayer({ kind: "directory", path: root }, { extractors: [] });
  assert.deepEqual([index.digest, index.diffId, index.entries.count, index.bytes], ["", "", 1, 1]);
  const { gaps } = await indexImage(
    imageOf([
      { ...made([]), digest: undefined, diffId: undefined, content: { kind: "directory", path: root } },
    ]),
  );
  assert.deepEqual(
    gaps.map(({ code }) => code),
    ["nothing-found"],
  );
});

test("createLayerPool() serves more tasks than it has threads, and ends what runs when it is closed", async () => {
  const layers = Array.from({ length: 5 }, (_, index) => made([manifest(`p${index}`, "1.0.0")]));
  const pool = createLayerPool("scan", 6, 2);
  const sources = layers.map(({ path, stored }) => ({
    kind: "file" as const,
    path,
    offset: 0,
    length: stored.length,
  }));
  const indexes = await Promise.all(sources.map((source) => pool.run({ source })));
  assert.deepEqual(
    indexes.map(({ diffId }) => diffId),
    layers.map(({ diffId }) => diffId),
  );
  const endless = pool.run({ source: { kind: "chunks", chunks: endlessZeros() } });
  setTimeout(() => void pool.close(), 20);
  await assert.rejects(endless, { code: "internal" });
});

test("createLayerPool() lets the last task run beside the others", async () => {
  const { path, stored, diffId } = made([manifest("a", "1.0.0")]);
  const pool = createLayerPool("scan", 3, 2);
  const others = [0, 1].map(() => pool.run({ source: { kind: "chunks", chunks: endlessZeros() } }));
  const ends = Promise.allSettled(others);
  const index = await pool.run({ source: { kind: "file", path, offset: 0, length: stored.length } });
  assert.equal(index.diffId, diffId);
  await pool.close();
  assert.deepEqual(
    (await ends).map(({ status }) => status),
    ["rejected", "rejected"],
  );
});

async function* endlessZeros(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(100_000);
    await settle();
  }
}
