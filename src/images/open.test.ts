import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { file, type ImagePlan, writeDockerArchive, writeLayout } from "../../tests/support/image.ts";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { codeOf } from "../core/errors.ts";
import type { LayerContent, OpenImage } from "../core/image.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";
import { openImage } from "./open.ts";

const plan: ImagePlan = {
  layers: [
    { items: [file("a", "x".repeat(100_000))], createdBy: "ADD a" },
    { items: [file("b", "2")], createdBy: "ADD b" },
  ],
};
const env = { HOME: "/nonexistent" };

function open(text: string, platform?: string): Promise<OpenImage> {
  return openImage(text, { env, platform });
}

async function bytesOf(content: LayerContent | undefined): Promise<Buffer> {
  if (content?.kind === "file")
    return readFileSync(content.path).subarray(content.offset, content.offset + content.length);
  assert.equal(content?.kind, "stream");
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

// Every layer's bytes are what the manifest (or, in a docker archive, the config) says.
async function checkLayers(image: OpenImage, backwards = false): Promise<void> {
  const layers = backwards ? image.layers.toReversed() : image.layers;
  for (const layer of layers) {
    const bytes = await bytesOf(layer.content);
    assert.equal(sha256(bytes), layer.digest ?? layer.diffId);
    assert.equal(bytes.length, layer.size);
  }
  assert.ok(layers.length > 0);
}

async function rejects(text: string, code: string, message: RegExp = /./, platform?: string): Promise<void> {
  await assert.rejects(open(text, platform), (thrown) => {
    assert.equal(codeOf(thrown), code, String(thrown));
    assert.match(String(thrown), message);
    return true;
  });
}

test("openImage() opens an OCI layout however it is named", async () => {
  const dir = writeLayout(join(scratch("open"), "la:yout"), plan);
  const archive = `${dir}.tar`;
  await tool("tar", ["-cf", archive, "-C", dir, "."]);
  const digest = (await open(dir)).digest;
  const texts = [dir, `oci:${dir}`, `oci-dir:${dir}`, `oci:${dir}:t`, `oci:${dir}@${digest}`];
  const archives = [
    archive,
    `oci:${archive}:t`,
    `oci-archive:${archive}`,
    `oci-archive:${archive}@${digest}`,
  ];
  for (const text of [...texts, ...archives]) {
    const image = await open(text);
    assert.equal(image.reference, text);
    assert.equal(image.digest, digest);
    assert.deepEqual(
      image.config.history.map(({ createdBy }) => createdBy),
      ["ADD a", "ADD b"],
    );
    assert.deepEqual(image.platform, { os: "linux", architecture: "amd64", variant: undefined });
    await checkLayers(image);
    await image.close();
  }
  await rejects(`oci:${dir}:other`, "image-not-found", /it holds t/);
  await rejects(`oci:${dir}@sha256:${"0".repeat(64)}`, "image-invalid", /does not hold/);
});

test("openImage() opens what skopeo writes, compressed as a whole too", {
  skip: needs("skopeo", "gzip", "zstd"),
}, async () => {
  const dir = scratch("open");
  const layout = writeLayout(join(dir, "layout"), plan);
  const [docker, oci] = [join(dir, "docker.tar"), join(dir, "oci.tar")];
  await tool("skopeo", ["copy", "-q", `oci:${layout}:t`, `docker-archive:${docker}:reg.example/app:1`]);
  await tool("skopeo", ["copy", "-q", `oci:${layout}:t`, `oci-archive:${oci}:app`]);
  await tool("gzip", ["-k", docker, oci]);
  await tool("zstd", ["-q", docker, oci]);
  const id = sha256(
    Buffer.from(await tool("skopeo", ["inspect", "--raw", "--config", `docker-archive:${docker}`])),
  );
  for (const suffix of ["", ".gz", ".zst"]) {
    for (const text of [
      `${docker}${suffix}`,
      `docker-archive:${docker}${suffix}:reg.example/app:1`,
      `docker-archive:${docker}${suffix}:@0`,
    ]) {
      const image = await open(text);
      assert.equal(image.digest, id);
      await checkLayers(image);
      await checkLayers(image, true);
      await image.close();
    }
    const image = await open(`${oci}${suffix}`);
    assert.equal(image.digest, (await open(layout)).digest);
    await checkLayers(image, true);
    await image.close();
    await rejects(`oci-archive:${docker}${suffix}`, "image-invalid", /no index.json/);
    await rejects(`docker-archive:${oci}${suffix}`, "image-invalid", /no manifest.json/);
  }
});

test("openImage() reads what skopeo writes as a directory", { skip: needs("skopeo") }, async () => {
  const dir = scratch("dir");
  const layout = writeLayout(join(dir, "layout"), plan);
  await tool("skopeo", ["copy", "-q", `oci:${layout}:t`, `dir:${dir}/out`]);
  for (const text of [`${dir}/out`, `dir:${dir}/out`]) {
    const image = await open(text);
    assert.equal(image.digest, (await open(layout)).digest);
    await checkLayers(image);
  }
});

// Docker 25 and later write an OCI layout and name its blobs in manifest.json.
test("openImage() reads archives of current Docker", async () => {
  const dir = writeLayout(join(scratch("docker25"), "layout"), plan);
  const { manifests } = JSON.parse(readFileSync(join(dir, "index.json"), "utf8"));
  const blob = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
  const { config, layers } = JSON.parse(readFileSync(join(dir, blob(manifests[0].digest)), "utf8"));
  const diffIds: readonly string[] = (await open(dir)).config.diffIds;
  const sources = Object.fromEntries(diffIds.map((id, index) => [id, layers[index]]));
  const names = layers.map(({ digest }: { digest: string }) => blob(digest));
  const entry = { Config: blob(config.digest), RepoTags: ["app:1"], Layers: names, LayerSources: sources };
  writeFileSync(join(dir, "manifest.json"), JSON.stringify([entry]));
  const archive = `${dir}.tar`;
  await tool("tar", ["-cf", archive, "-C", dir, "blobs", "index.json", "manifest.json", "oci-layout"]);
  const image = await open(archive);
  assert.equal(image.digest, config.digest);
  assert.deepEqual(
    image.layers.map(({ digest }) => digest),
    layers.map(({ digest }: { digest: string }) => digest),
  );
  assert.match(image.layers[0]?.mediaType ?? "", /tar\+gzip$/);
  await checkLayers(image);
  assert.equal((await open(`oci-archive:${archive}`)).digest, manifests[0].digest);
});

test("openImage() reads several layers of a compressed archive at the same time", async () => {
  const path = join(scratch("open"), "app.tar");
  const layers = Array.from({ length: 8 }, (_, index) => ({
    items: [file(`f${index}`, String(index).repeat(300_000))],
  }));
  writeDockerArchive(path, { layers });
  await tool("gzip", [path]);
  const image = await open(`${path}.gz`);
  const all = await Promise.all(image.layers.map(({ content }) => bytesOf(content)));
  assert.deepEqual(all.map(sha256), image.config.diffIds);
  await image.close();
});

test("openImage() reads old docker archives: layers that are links, ids without manifest.json", async () => {
  const dir = scratch("open");
  const layer = writeTar([file("a", "1")]);
  const config = JSON.stringify({
    os: "linux",
    architecture: "amd64",
    rootfs: { diff_ids: [sha256(layer), sha256(layer)] },
  });
  const manifest = [{ Config: "config.json", RepoTags: null, Layers: ["one/layer.tar", "two/layer.tar"] }];
  const linked = join(dir, "linked.tar");
  const items: TarItem[] = [
    file("one/layer.tar", layer),
    { kind: "symlink", path: "two/layer.tar", target: "../one/layer.tar" },
    file("config.json", config),
    file("manifest.json", JSON.stringify(manifest)),
  ];
  writeFileSync(linked, writeTar(items));
  await checkLayers(await open(linked));

  const [top, base] = ["1".repeat(64), "2".repeat(64)];
  const json = {
    os: "linux",
    architecture: "amd64",
    config: { User: "u" },
    container_config: { Cmd: ["/bin/sh", "-c", "make"] },
  };
  const legacy = join(dir, "legacy.tar");
  const upper = writeTar([file("b", "2")]);
  writeFileSync(
    legacy,
    writeTar([
      file("repositories", JSON.stringify({ app: { "1": top } })),
      file(`${base}/json`, JSON.stringify({ os: "linux", architecture: "amd64" })),
      file(`${base}/layer.tar`, layer),
      file(`${top}/json`, JSON.stringify({ ...json, parent: base })),
      file(`${top}/layer.tar`, upper),
    ]),
  );
  for (const text of [legacy, `docker-archive:${legacy}:app:1`]) {
    const image = await open(text);
    assert.equal(image.config.user, "u");
    assert.deepEqual(
      image.config.history.map(({ createdBy }) => createdBy),
      ["", "/bin/sh -c make"],
    );
    const stored = await Promise.all(image.layers.map(({ content }) => bytesOf(content)));
    assert.deepEqual(stored.map(sha256), [layer, upper].map(sha256));
  }
  await rejects(`docker-archive:${legacy}:app:2`, "image-not-found", /app:1/);
});

test("openImage() refuses to choose between several images, and takes several tags of one", async () => {
  const dir = scratch("open");
  const layer = writeTar([file("a", "1")]);
  const config = (user: string): string =>
    JSON.stringify({
      os: "linux",
      architecture: "amd64",
      config: { User: user },
      rootfs: { diff_ids: [sha256(layer)] },
    });
  const entry = (user: string, tags: readonly string[]): unknown => ({
    Config: `${user}.json`,
    RepoTags: tags,
    Layers: ["l/layer.tar"],
  });
  const write = (name: string, entries: readonly unknown[]): string => {
    const path = join(dir, name);
    const documents = [
      file("u.json", config("u")),
      file("v.json", config("v")),
      file("manifest.json", JSON.stringify(entries)),
    ];
    writeFileSync(path, writeTar([file("l/layer.tar", layer), ...documents]));
    return path;
  };
  const two = write("two.tar", [
    entry("u", ["app:1", "app:latest"]),
    entry("v", ["docker.io/library/other:2"]),
  ]);
  await rejects(two, "image-ambiguous", /@0 app:1 = app:latest, @1 docker.io\/library\/other:2/);
  for (const [selection, user] of [
    ["app:1", "u"],
    ["app", "u"],
    ["docker.io/library/app:1", "u"],
    ["@1", "v"],
    ["other:2", "v"],
  ])
    assert.equal((await open(`docker-archive:${two}:${selection}`)).config.user, user, selection);
  const id = (await open(`docker-archive:${two}:@1`)).digest;
  await rejects(`docker-archive:${two}:@2`, "image-not-found", /@0 app:1/);
  assert.match(String(id), /^sha256:/);
  const same = write("same.tar", [entry("u", ["app:1"]), entry("u", ["app:2"])]);
  assert.equal((await open(same)).config.user, "u");
  await rejects(write("none.tar", []), "image-invalid", /lists no image/);
});

// Writes an OCI layout with one index of several manifests; answers its directory.
function writeIndex(
  platforms: readonly (string | undefined)[],
  options: { readonly nested?: boolean; readonly more?: readonly unknown[] } = {},
): string {
  const dir = scratch("index");
  const entries = platforms.map((text, at) => {
    const [os = "linux", architecture = "amd64", variant] = (text ?? "linux/s390x").split("/");
    const part = writeLayout(join(scratch("part"), "l"), {
      layers: [{ items: [file("arch", `${text}${at}`)] }],
      architecture,
    });
    cpSync(join(part, "blobs"), join(dir, "blobs"), { recursive: true });
    const { manifests } = JSON.parse(readFileSync(join(part, "index.json"), "utf8"));
    const { annotations: _, ...descriptor } = manifests[0];
    return text === undefined ? descriptor : { ...descriptor, platform: { os, architecture, variant } };
  });
  const index = { schemaVersion: 2, manifests: [...entries, ...(options.more ?? [])] };
  writeFileSync(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(dir, "index.json"), JSON.stringify(options.nested === true ? nest(dir, index) : index));
  return dir;
}

function nest(dir: string, index: unknown): unknown {
  const bytes = Buffer.from(JSON.stringify(index));
  const digest = sha256(bytes);
  writeFileSync(join(dir, "blobs", digest.replace(":", "/")), bytes);
  return {
    schemaVersion: 2,
    manifests: [{ mediaType: "application/vnd.oci.image.index.v1+json", digest, size: bytes.length }],
  };
}

const attestation = {
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  digest: `sha256:${"0".repeat(64)}`,
  size: 1,
  platform: { os: "unknown", architecture: "unknown" },
  annotations: { "vnd.docker.reference.type": "attestation-manifest" },
};

test("openImage() takes the platform that was asked for, past attestations", async () => {
  const platforms = ["linux/amd64", "linux/arm64/v8", "linux/arm/v7"];
  for (const nested of [false, true]) {
    const dir = writeIndex(platforms, { nested, more: [attestation] });
    for (const platform of platforms) {
      const [, architecture] = platform.split("/");
      assert.equal((await open(dir, platform)).platform.architecture, architecture);
    }
    await rejects(
      dir,
      "platform-not-found",
      /linux\/amd64, linux\/arm\/v7, linux\/arm64\/v8/,
      "linux/riscv64",
    );
  }
});

test("openImage() reads the config where an index does not name the platform", async () => {
  const dir = writeIndex([undefined, "linux/arm64"], { nested: true });
  assert.equal((await open(dir, "linux/s390x")).platform.architecture, "s390x");
});

test("openImage() takes the only image of an index unless another platform was asked for", async () => {
  const dir = writeIndex(["linux/s390x"], { nested: true, more: [attestation] });
  assert.equal((await open(dir)).platform.architecture, "s390x");
  await rejects(dir, "platform-not-found", /linux\/s390x/, "linux/amd64");
  const single = writeLayout(scratch("single"), { ...plan, architecture: "s390x" });
  assert.equal((await open(single)).platform.architecture, "s390x");
  await rejects(single, "platform-not-found", /linux\/s390x/, "linux/amd64");
});

test("openImage() tells an index without end", async () => {
  const dir = scratch("rings");
  mkdirSync(join(dir, "blobs/sha256"), { recursive: true });
  let index: unknown = { schemaVersion: 2, manifests: [] };
  for (let depth = 0; depth < 10; depth += 1) index = nest(dir, index);
  writeFileSync(join(dir, "index.json"), JSON.stringify(index));
  await rejects(dir, "limit-exceeded");
});

test("openImage() tells why a layer cannot be read", async () => {
  const foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  const nondistributable = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
  const rows: readonly [mediaType: string | undefined, absent: boolean, code: string | undefined][] = [
    [undefined, false, undefined],
    [undefined, true, "missing"],
    [foreign, true, "foreign"],
    [nondistributable, true, "foreign"],
    [foreign, false, undefined],
    ["application/vnd.oci.image.layer.v1.tar+gzip+encrypted", false, "encrypted"],
    ["application/vnd.oci.image.layer.nydus.blob.v1", false, "unknown-type"],
    ["application/vnd.oci.image.layer.v1.tar+br", false, "unknown-type"],
  ];
  const layers = rows.map(([mediaType, absent], index) => ({
    items: [file("a", String(index))],
    absent,
    ...(mediaType === undefined ? {} : { mediaType }),
  }));
  const image = await open(writeLayout(scratch("layers"), { layers }));
  for (const [index, [, , code]] of rows.entries()) {
    const content = image.layers[index]?.content;
    assert.equal(content?.kind === "unreadable" ? content.code : undefined, code, String(rows[index]));
  }
});

test("openImage() checks documents against their digests", async () => {
  for (const pick of ["manifest", "config"]) {
    const dir = writeLayout(scratch("digest"), plan);
    const { manifests } = JSON.parse(readFileSync(join(dir, "index.json"), "utf8"));
    const manifest = join(dir, "blobs", manifests[0].digest.replace(":", "/"));
    const { config } = JSON.parse(readFileSync(manifest, "utf8"));
    const path = pick === "manifest" ? manifest : join(dir, "blobs", config.digest.replace(":", "/"));
    writeFileSync(path, `${readFileSync(path, "utf8")} `);
    await rejects(dir, "digest-mismatch", new RegExp(pick));
  }
  const archive = writeDockerArchive(join(scratch("digest"), "a.tar"), plan);
  const bytes = readFileSync(archive);
  bytes.write("AMD64", bytes.indexOf("amd64"));
  writeFileSync(archive, bytes);
  await rejects(archive, "digest-mismatch", /image config/);
});

test("openImage() refuses what is no image, and says what it is", async () => {
  const dir = scratch("bad");
  const put = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(dir, name), bytes);
    return join(dir, name);
  };
  await rejects(join(dir, "absent.tar"), "image-not-found");
  await rejects("./absent", "image-not-found");
  await rejects(`docker-archive:${dir}/absent`, "image-not-found");
  await rejects(`oci:${dir}/absent`, "image-not-found");
  await rejects(`dir:${dir}/absent`, "image-not-found");
  await rejects(put("text", "hello"), "image-invalid", /no tar/);
  await rejects(put("empty", ""), "image-invalid");
  await rejects(put("other.tar", writeTar([file("x", "y")])), "image-invalid", /holds no image/);
  await rejects(put("a.xz", Buffer.from("fd377a585a000000", "hex")), "unsupported", /xz/);
  await rejects(put("json.tar", writeTar([file("manifest.json", "{")])), "malformed");
  await rejects(
    put("lost.tar", writeTar([file("manifest.json", '[{"Config":"c","Layers":[]}]')])),
    "image-invalid",
    /does not hold "c"/,
  );
  await rejects(`dir:${put("file", "x")}`, "image-invalid");
  await rejects("oci:", "usage");
  const archive = writeDockerArchive(join(dir, "cut.tar"), plan);
  truncateSync(archive, 60_000);
  await rejects(archive, "truncated");
  await tool("gzip", ["-k", archive]);
  truncateSync(`${archive}.gz`, 200);
  await rejects(`${archive}.gz`, "truncated");
});

test("openImage() refuses a config that does not fit the layers", async () => {
  const dir = writeLayout(scratch("count"), plan);
  const { manifests } = JSON.parse(readFileSync(join(dir, "index.json"), "utf8"));
  const blob = (digest: string): string => join(dir, "blobs", digest.replace(":", "/"));
  const manifest = JSON.parse(readFileSync(blob(manifests[0].digest), "utf8"));
  manifest.layers.pop();
  const bytes = JSON.stringify(manifest);
  const digest = sha256(Buffer.from(bytes));
  writeFileSync(blob(digest), bytes);
  writeFileSync(
    join(dir, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifests[0], digest }] }),
  );
  await rejects(dir, "image-invalid", /1 layers, but the config names 2/);
});

test("openImage() takes a directory as a root file system", async () => {
  const dir = scratch("root");
  mkdirSync(join(dir, "etc"));
  symlinkSync("/nowhere", join(dir, "etc/link"));
  for (const text of [dir, `dir:${dir}`]) {
    const image = await open(text);
    assert.deepEqual([image.digest, image.layers.length, image.config.diffIds.length], [undefined, 1, 0]);
    assert.deepEqual(image.layers[0]?.content, { kind: "directory", path: dir });
  }
  rmSync(dir, { recursive: true });
});

test("openImage() reads what umoci and buildah make", { skip: needs("umoci", "buildah") }, async () => {
  const layout = join(scratch("umoci"), "layout");
  await tool("umoci", ["init", "--layout", layout]);
  await tool("umoci", ["new", "--image", `${layout}:one`]);
  await tool("umoci", ["config", "--image", `${layout}:one`, "--tag", "two", "--config.user", "me"]);
  await rejects(`oci:${layout}`, "image-ambiguous", /one.*two|two.*one/);
  assert.equal((await open(`oci:${layout}:two`)).config.user, "me");
  assert.deepEqual((await open(`oci:${layout}:one`)).layers, []);
});
