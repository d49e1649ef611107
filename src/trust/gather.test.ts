import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { codeOf, SeaworthyError } from "../core/errors.ts";
import { type AttachmentSource, cosignTag, gather, gatherLimits } from "./gather.ts";

const subject = `sha256:${"ab".repeat(32)}`;
const types = {
  bundle: "application/vnd.dev.sigstore.bundle.v0.3+json",
  dsse: "application/vnd.dsse.envelope.v1+json",
  simple: "application/vnd.dev.cosign.simplesigning.v1+json",
};

/** A registry in memory. */
function registry(more: Partial<AttachmentSource> = {}) {
  const blobs = new Map<string, Uint8Array>();
  const tags = new Map<string, Uint8Array>();
  const entries: { digest: string; artifactType: string }[] = [];
  const put = (bytes: Uint8Array): string => {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    blobs.set(digest, bytes);
    return digest;
  };
  const read = async (digest: string): Promise<Uint8Array> => {
    const bytes = blobs.get(digest);
    if (bytes === undefined) throw new SeaworthyError("image-not-found", "not there");
    return bytes;
  };
  const reads: string[] = [];
  const source: AttachmentSource = {
    subjects: [subject],
    manifests: new Map(),
    referrers: async () => ({ entries }),
    tagged: async (tag) => tags.get(tag),
    manifest: async (digest) => {
      reads.push(digest);
      return read(digest);
    },
    blob: async (digest, size, limit) => {
      if (size > limit) throw new SeaworthyError("limit-exceeded", "too much");
      return read(digest);
    },
    ...more,
  };
  const manifest = (mediaType: string, text: string, about: string | undefined, size?: number): Buffer => {
    const bytes = Buffer.from(text);
    const layers = [{ mediaType, digest: put(bytes), size: size ?? bytes.length, annotations: { a: "b" } }];
    return Buffer.from(
      JSON.stringify({ layers, subject: about === undefined ? undefined : { digest: about } }),
    );
  };
  const refer = (mediaType: string, text: string, artifactType = mediaType, about = subject): string => {
    const digest = put(manifest(mediaType, text, about));
    entries.push({ digest, artifactType });
    return digest;
  };
  return { source, tags, entries, put, manifest, refer, reads };
}

test("gather() reads cosign's tags and the referrers that can be signed", async () => {
  const { source, tags, manifest, refer, reads } = registry();
  tags.set(cosignTag(subject, "sig"), manifest(types.simple, "1", undefined));
  tags.set(cosignTag(subject, "att"), manifest(types.dsse, "2", undefined));
  const bundle = refer(types.bundle, "3");
  const nameless = refer(types.bundle, "4", "");
  const sbom = refer("application/spdx+json", "5");
  refer("text/plain", "6", "application/vnd.in-toto+json");
  const { materials, incomplete } = await gather(source);
  assert.deepEqual(
    materials.map((one) => [one.kind, one.source, "bytes" in one ? Buffer.from(one.bytes).toString() : ""]),
    [
      ["simple-signing", `tag sha256-${"ab".repeat(32)}.sig`, "1"],
      ["dsse", `tag sha256-${"ab".repeat(32)}.att`, "2"],
      ["bundle", `referrer ${bundle}`, "3"],
      ["bundle", `referrer ${nameless}`, "4"],
    ],
  );
  assert.deepEqual(incomplete, []);
  assert.ok(!reads.includes(sbom));
});

test("gather() follows no referrer further, reads none twice, and none of another image", async () => {
  const { source, entries, refer, reads } = registry();
  const one = refer(types.bundle, "1");
  entries.push({ digest: one, artifactType: types.bundle });
  refer(types.bundle, "other", types.bundle, `sha256:${"cd".repeat(32)}`);
  // One that says to hang on itself is about itself, and not about the image.
  refer(types.bundle, "self", types.bundle, one);
  const { materials } = await gather(source);
  assert.equal(materials.length, 1);
  assert.equal(reads.length, 3);
});

test("gather() bounds what it reads, and says so", async () => {
  const many = registry();
  for (let index = 0; index < 10_000; index += 1) many.refer(types.bundle, String(index));
  const found = await gather(many.source);
  assert.equal(found.materials.length, gatherLimits.manifests);
  assert.equal(many.reads.length, gatherLimits.manifests);
  assert.match(found.incomplete.join(), /more than 128 attachments/u);

  const wide = registry();
  const layer = { mediaType: types.dsse, digest: wide.put(Buffer.from("x")), size: 1, annotations: {} };
  wide.tags.set(
    cosignTag(subject, "att"),
    Buffer.from(JSON.stringify({ layers: Array.from({ length: 5_000 }, () => layer) })),
  );
  const all = await gather(wide.source);
  assert.equal(all.materials.length, gatherLimits.items);
  assert.equal(all.incomplete.length, 1);

  const big = registry();
  big.tags.set(cosignTag(subject, "sig"), big.manifest(types.simple, "x", undefined, gatherLimits.bytes + 1));
  const [large] = (await gather(big.source)).materials;
  assert.deepEqual(large?.kind === "unreadable" && [large.claims, large.code], [
    "signature",
    "limit-exceeded",
  ]);
});

test("gather() keeps what cannot be read as material", async () => {
  const rows: readonly (readonly [string, string])[] = [
    ["no JSON", "{"],
    ["a list", "[]"],
    ["layers that are none", '{"layers":7}'],
    ["a layer without digest", '{"layers":[{"size":1}]}'],
    [
      "a digest that is a path",
      `{"layers":[{"mediaType":"${types.dsse}","digest":"sha256:../../x","size":1}]}`,
    ],
    ["a blob that is not there", `{"layers":[{"mediaType":"${types.dsse}","digest":"${subject}","size":1}]}`],
    ["annotations that are no text", `{"layers":[{"digest":"${subject}","size":1,"annotations":{"a":1}}]}`],
  ];
  for (const [what, text] of rows) {
    const { source, tags } = registry();
    tags.set(cosignTag(subject, "att"), Buffer.from(text));
    const { materials } = await gather(source);
    assert.deepEqual(
      materials.map((one) => one.kind === "unreadable" && [one.claims, one.code]),
      [["attestation", "malformed"]],
      what,
    );
  }
});

test("gather() gives up when the registry does not answer", async () => {
  const failing = async (): Promise<never> => {
    throw new SeaworthyError("network-failed", "no answer");
  };
  for (const more of [
    { tagged: failing },
    { referrers: failing },
    { manifest: failing },
    { blob: failing },
  ]) {
    const { source, refer } = registry(more);
    refer(types.bundle, "1");
    await assert.rejects(gather(source), (thrown: unknown) => codeOf(thrown) === "network-failed");
  }
});
