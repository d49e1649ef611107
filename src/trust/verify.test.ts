import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { suite, test } from "node:test";
import { type BundleJson, keyedBundle, keyPair, makeSigstore, pae } from "../../tests/support/sigstore.ts";
import { demandState, type TrustItem } from "../core/trust.ts";
import type { Authorities } from "./authorities.ts";
import { exactIdentity, globIdentity } from "./identity.ts";
import type { Material } from "./material.ts";
import { readPublicKeys } from "./public-key.ts";
import { readTrustedRoot } from "./trusted-root.ts";
import { verifyFound } from "./verify.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const other = `sha256:${"cd".repeat(32)}`;
const type = "https://example.com/predicate/v1";
const identity = "https://forge.example/fleet/app/release.yml@refs/tags/v1";
const issuer = "https://issuer.example";
const ours = keyPair();
const theirs = keyPair();
const keyed: Authorities = { keys: readPublicKeys(ours.pem, "ours.pub"), certificates: [] };
const sigstore = await makeSigstore();
const release = await sigstore.signer({ identity, issuer });
const keyless = certificates(sigstore.root());

type Change = (bundle: BundleJson) => unknown;
type Row = readonly [what: string, material: Material | Promise<Material>, code: string];

suite("verifyFound() with a key", () => {
  test("takes what the key signed", async () => {
    const rows: readonly Row[] = [
      ["a cosign signature", simple(payload(), annotated(payload())), ""],
      ["another curve", bundle(keyedBundle(statement(), ours.key)), ""],
      ["an envelope under cosign's tag", dsse(keyedBundle(statement(), ours.key)), ""],
      [
        "a statement of v0.1",
        bundle(keyedBundle(statement(digest, "https://in-toto.io/Statement/v0.1"), ours.key)),
        "",
      ],
      ["one of several subjects", bundle(keyedBundle(statement([other, digest]), ours.key)), ""],
      [
        "a certificate beside our key's signature",
        bundle(withCertificate(keyedBundle(statement(), ours.key))),
        "",
      ],
      ["bundle v0.1", bundle({ ...keyedBundle(statement(), ours.key), mediaType: old("0.1") }), ""],
      ["bundle v0.2", bundle({ ...keyedBundle(statement(), ours.key), mediaType: old("0.2") }), ""],
    ];
    await check(rows, keyed);
  });

  test("takes every kind of key, with the hash that its kind has and with SHA-256", () => {
    const kinds: readonly (readonly [string, readonly (string | null)[]])[] = [
      ["P-256", ["sha256"]],
      ["P-384", ["sha384", "sha256"]],
      ["P-521", ["sha512", "sha256"]],
    ];
    for (const [curve, hashes] of kinds) {
      const { key, pem } = keyPair(curve);
      for (const hash of hashes) {
        const [item] = items([bundle(keyedBundle(statement(), key, hash))], {
          keys: readPublicKeys(ours.pem + pem, "two.pub"),
          certificates: [],
        });
        assert.equal(item?.state, "verified", `${curve} ${hash}`);
      }
    }
  });

  test("refuses hostile material, and says why", async () => {
    const good = keyedBundle(statement(), ours.key);
    const twice = Buffer.from(statement().toString().replace("{", `{"predicateType":"${type}",`));
    const big = { ...annotated(payload()), "dev.sigstore.cosign/certificate": "x".repeat(1 << 19) };
    const rows: readonly Row[] = [
      ["another key", bundle(keyedBundle(statement(), theirs.key)), "signature-wrong"],
      ["another hash", bundle(keyedBundle(statement(), ours.key, "sha512")), "signature-wrong"],
      ["another payload", bundle(tampered(good)), "signature-wrong"],
      ["another payload type", bundle(retyped(good)), "signature-wrong"],
      ["another image", bundle(keyedBundle(statement(other), ours.key)), "subject-mismatch"],
      ["no image", bundle(keyedBundle(statement([]), ours.key)), "subject-mismatch"],
      ["the digest of another algorithm", bundle(keyedBundle(mislabelled(), ours.key)), "subject-mismatch"],
      ["a key twice in the statement", bundle(keyedBundle(twice, ours.key)), "malformed"],
      ["no statement", bundle(keyedBundle(Buffer.from("hello"), ours.key)), "malformed"],
      [
        "a statement of v2",
        bundle(keyedBundle(statement(digest, "https://in-toto.io/Statement/v2"), ours.key)),
        "unsupported",
      ],
      [
        "no signature",
        bundle(changed(good, ({ dsseEnvelope }) => ({ dsseEnvelope: { ...dsseEnvelope, signatures: [] } }))),
        "malformed",
      ],
      ["an empty signature", bundle(signedWith(good, "")), "malformed"],
      ["a signature that is none", bundle(signedWith(good, "AAAA")), "signature-wrong"],
      ["no base64", bundle(signedWith(good, "*not base64*")), "malformed"],
      ["two contents", bundle({ ...good, messageSignature: message() }), "malformed"],
      [
        "two keys",
        bundle(
          changed(good, ({ verificationMaterial }) => ({
            verificationMaterial: { ...verificationMaterial, certificate: { rawBytes: "AAAA" } },
          })),
        ),
        "malformed",
      ],
      [
        "bundle v0.4",
        bundle({ ...good, mediaType: "application/vnd.dev.sigstore.bundle.v0.4+json" }),
        "malformed",
      ],
      ["a media type that goes on", bundle({ ...good, mediaType: `${good.mediaType}x` }), "malformed"],
      ["no JSON", raw("bundle", "{"), "malformed"],
      ["a list", raw("bundle", "[]"), "malformed"],
      [
        "a key twice in the bundle",
        raw("bundle", JSON.stringify(good).replace("{", '{"mediaType":"x",')),
        "malformed",
      ],
      ["nested too deep", raw("bundle", "[".repeat(100_000)), "limit-exceeded"],
      ["a signature of the manifest that is not here", bundle(overMessage(good, digest)), "unsupported"],
      ["a signature of other bytes", bundle(overMessage(good, other)), "subject-mismatch"],
      ["cosign: another key", simple(payload(), annotated(payload(), theirs.key)), "signature-wrong"],
      ["cosign: another payload", simple(payload(), annotated(payload(digest, "x"))), "signature-wrong"],
      ["cosign: another image", simple(payload(other), annotated(payload(other))), "subject-mismatch"],
      ["cosign: no signature", simple(payload(), {}), "malformed"],
      ["cosign: another type", simple(payload(digest, "", "atomic signature"), {}), "unsupported"],
      ["cosign: a digest twice", simple(doubled(), annotated(doubled())), "malformed"],
      ["cosign: a huge annotation", simple(payload(), big), "limit-exceeded"],
      [
        "cosign: a chain of garbage is not read",
        simple(payload(), { ...annotated(payload()), "dev.sigstore.cosign/chain": "x" }),
        "",
      ],
      [
        "cosign: a log entry of garbage",
        simple(payload(), { ...annotated(payload()), "dev.sigstore.cosign/bundle": "{" }),
        "malformed",
      ],
      ["envelope: two signatures", dsse({ ...good, dsseEnvelope: twoSignatures(good) }), "unsupported"],
    ];
    await check(rows, keyed);
  });

  test("says that nobody was given who could have signed it", async () => {
    await check([["a key", bundle(keyedBundle(statement(), ours.key)), "signer-unknown"]], keyless);
    await check([["a certificate", bundle(await release.bundle(statement())), "signer-unknown"]], keyed);
  });

  test("tells what a signature, an attestation and their signers are", () => {
    const [signature, attestation] = items(
      [bundle(keyedBundle(statement(), ours.key)), simple(payload(), annotated(payload()))],
      keyed,
    );
    assert.deepEqual(
      [signature?.kind, signature?.dockerReference, signature?.predicateType],
      ["signature", "registry.example/app", undefined],
    );
    assert.deepEqual(
      [attestation?.kind, attestation?.predicateType, attestation?.subject],
      ["attestation", type, digest],
    );
    assert.ok(
      signature?.signer?.kind === "key" && /^sha256:[0-9a-f]{64}$/u.test(signature.signer.fingerprint),
    );
    const sign = "https://sigstore.dev/cosign/sign/v1";
    const [new3] = items([bundle(keyedBundle(statement(digest, undefined, sign), ours.key))], keyed);
    assert.deepEqual([new3?.kind, new3?.state], ["signature", "verified"]);
  });

  test("takes a signature over the manifest itself where its bytes are at hand", () => {
    const manifest = Buffer.from("{}");
    const about = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    const signed = overMessage(keyedBundle(statement(), ours.key), about, sign("sha256", manifest, ours.key));
    const material = { ...bundle(signed), subjects: [about] };
    const { facts } = verifyFound(
      { subjects: [about], materials: [material], manifests: new Map([[about, manifest]]), incomplete: [] },
      keyed,
    );
    assert.deepEqual([facts.items[0]?.kind, facts.items[0]?.state], ["signature", "verified"]);
  });
});

suite("verifyFound() with certificates", () => {
  test("takes what the identity signed, and tells who it was", async () => {
    const plain = await makeSigstore({ logs: false });
    const logged = await release.bundle(statement());
    const timed = await (await plain.signer({ identity, issuer })).bundle(statement());
    await check(
      [
        ["a log entry", bundle(logged), ""],
        ["a log entry and a timestamp", bundle(await release.bundle(statement(), { time: true })), ""],
        ["cosign's annotations", simple(payload(), await release.annotations(payload())), ""],
      ],
      keyless,
    );
    await check(
      [["a timestamp alone, for a root without logs", bundle(timed), ""]],
      certificates(plain.root()),
    );
    await check(
      [["a pattern", bundle(logged), ""]],
      certificates(sigstore.root(), [globIdentity("https://forge.example/fleet/**")]),
    );
    const stranger = await makeSigstore();
    const roots = [...certificates(stranger.root()).certificates, ...keyless.certificates];
    await check([["the second of two roots", bundle(logged), ""]], { keys: [], certificates: roots });
    const [item] = items([bundle(logged)], keyless);
    assert.deepEqual(item?.signer, { kind: "identity", identity, issuer });
  });

  test("refuses hostile material, and says why", async () => {
    const good = await release.bundle(statement());
    const expired = await sigstore.signer({ identity, issuer, age: 60 });
    const stranger = await (await makeSigstore()).signer({ identity, issuer });
    const elsewhere = await sigstore.signer({ identity, issuer: "https://other.example" });
    const rows: readonly Row[] = [
      ["another root", bundle(await stranger.bundle(statement())), "certificate-untrusted"],
      ["expired when it was logged", bundle(await expired.bundle(statement())), "certificate-untrusted"],
      [
        "expired when it was stamped",
        bundle(await expired.bundle(statement(), { time: true })),
        "certificate-untrusted",
      ],
      ["another issuer", bundle(await elsewhere.bundle(statement())), "identity-mismatch"],
      ["another image", bundle(await release.bundle(statement(other))), "subject-mismatch"],
      ["another payload", bundle(tampered(good)), "log-unproven"],
      ["no log entry", bundle(await release.bundle(statement(), { log: false, time: true })), "log-unproven"],
      ["no time", bundle(withEntries(good, [])), "time-unproven"],
      [
        "the log entry of another signature",
        bundle(swapped(good, await release.bundle(statement()))),
        "log-unproven",
      ],
      [
        "the same log entry twice",
        bundle(withEntries(good, [...entries(good), ...entries(good)])),
        "time-unproven",
      ],
      [
        "a changed log entry",
        bundle(
          withEntries(
            good,
            entries(good).map((entry) => ({ ...entry, integratedTime: "1" })),
          ),
        ),
        "certificate-untrusted",
      ],
      [
        "a proof without promise or time",
        bundle(
          withEntries(
            good,
            entries(good).map((entry) => ({ ...entry, inclusionPromise: undefined })),
          ),
        ),
        "time-unproven",
      ],
      [
        "an entry that is no JSON",
        bundle(
          withEntries(
            good,
            entries(good).map((entry) => ({ ...entry, canonicalizedBody: "AAAA" })),
          ),
        ),
        "log-unproven",
      ],
      [
        "a certificate that is none",
        bundle({
          ...good,
          verificationMaterial: { ...good.verificationMaterial, certificate: { rawBytes: "AAAA" } },
        }),
        "malformed",
      ],
      ["a signature by a key alone", bundle(keyedBundle(statement(), theirs.key)), "signer-unknown"],
      [
        "cosign: no log entry",
        simple(payload(), without(await release.annotations(payload()), "dev.sigstore.cosign/bundle")),
        "time-unproven",
      ],
      [
        "cosign: another payload",
        simple(payload(digest, "x"), await release.annotations(payload())),
        "log-unproven",
      ],
      [
        "a huge certificate",
        bundle({
          ...good,
          verificationMaterial: { ...good.verificationMaterial, certificate: { rawBytes: huge() } },
        }),
        "malformed",
      ],
      [
        "cosign: a huge certificate",
        simple(payload(), {
          ...(await release.annotations(payload())),
          "dev.sigstore.cosign/certificate": `-----BEGIN CERTIFICATE-----\n${huge()}\n-----END CERTIFICATE-----`,
        }),
        "limit-exceeded",
      ],
      [
        "cosign: a certificate that is none",
        simple(payload(), {
          ...(await release.annotations(payload())),
          "dev.sigstore.cosign/certificate": "x",
        }),
        "malformed",
      ],
    ];
    await check(rows, keyless);
  });

  test("matches identities to the letter", async () => {
    const good = bundle(await release.bundle(statement()));
    const near = [
      identity.slice(0, -1),
      `${identity}0`,
      identity.slice(8),
      identity.replace(".", "X"),
      identity.toUpperCase(),
      `^${identity}$`,
      ".*",
      "",
    ];
    for (const name of near)
      await check([[name, good, "identity-mismatch"]], certificates(sigstore.root(), [exactIdentity(name)]));
    for (const wrong of ["https://issuer.example/", "https://issuer.exampl", "", ".*"])
      await check(
        [[wrong, good, "identity-mismatch"]],
        certificates(sigstore.root(), [exactIdentity(identity)], wrong),
      );
  });

  test("asks for a proof of each kind that the root names", async () => {
    const timed = bundle(await release.bundle(statement(), { log: false, time: true }));
    const logged = bundle(await release.bundle(statement()));
    await check([["no log in the bundle", timed, "log-unproven"]], certificates(sigstore.root()));
    await check(
      [["a log of certificates that the root does not know", logged, "certificate-untrusted"]],
      certificates(sigstore.root({ ctlogs: [] })),
    );
    const plain = await makeSigstore({ logs: false });
    const unlogged = await plain.signer({ identity, issuer });
    const { ctlogs: needed, tlogs: wanted } = sigstore.root();
    await check(
      [
        [
          "no word of a log of certificates",
          bundle(await unlogged.bundle(statement())),
          "certificate-untrusted",
        ],
      ],
      certificates(plain.root({ ctlogs: needed })),
    );
    await check(
      [["no log entry but a time", bundle(await unlogged.bundle(statement())), "log-unproven"]],
      certificates(plain.root({ tlogs: wanted })),
    );
    await check(
      [["a log that the root does not know", logged, "log-unproven"]],
      certificates(sigstore.root({ tlogs: [] })),
    );
    const { ctlogs } = (await makeSigstore()).root();
    await check(
      [["another log of certificates", logged, "certificate-untrusted"]],
      certificates(sigstore.root({ ctlogs })),
    );
    const { timestampAuthorities } = (await makeSigstore()).root();
    const both = bundle(await release.bundle(statement(), { time: true }));
    await check(
      [["another time-stamper", both, "time-unproven"]],
      certificates(sigstore.root({ timestampAuthorities })),
    );
  });
});

test("demandState() is verified by one good, invalid by bad ones alone, and absent otherwise", () => {
  const good = bundle(keyedBundle(statement(), ours.key));
  const bad = bundle(keyedBundle(statement(), theirs.key));
  const unread = bundle(keyedBundle(statement(digest, "https://in-toto.io/Statement/v2"), ours.key));
  const broken = raw("bundle", "{");
  const rows: readonly (readonly [readonly Material[], string, string])[] = [
    [[], "absent", "absent"],
    [[good], "verified", "absent"],
    [[bad], "invalid", "absent"],
    [[bad, good, broken], "verified", "invalid"],
    [[unread], "absent", "absent"],
    [[broken], "invalid", "invalid"],
    [[simple(payload(), annotated(payload()))], "absent", "verified"],
  ];
  for (const [materials, attestation, signature] of rows) {
    const { facts } = verifyFound(
      { subjects: [digest], materials, manifests: new Map(), incomplete: [] },
      keyed,
    );
    assert.equal(demandState(facts, { kind: "attestation", predicateType: type }), attestation);
    assert.equal(demandState(facts, { kind: "signature" }), signature);
    assert.equal(
      demandState(facts, { kind: "attestation", predicateType: `${type}x` }),
      materials.includes(broken) ? "invalid" : "absent",
    );
  }
});

test("verifyFound() does not depend on the order of what was found", () => {
  const materials = [
    bundle(keyedBundle(statement(), ours.key)),
    simple(payload(), annotated(payload())),
    raw("bundle", "{"),
    bundle(keyedBundle(statement(), theirs.key)),
  ];
  assert.deepEqual(items(materials, keyed), items([...materials].reverse(), keyed));
});

async function check(rows: readonly Row[], authorities: Authorities): Promise<void> {
  for (const [what, material, code] of rows) {
    const [item] = items([await material], authorities);
    assert.equal(item?.reason?.code ?? "", code, `${what}: ${item?.reason?.message}`);
    assert.equal(item?.state, code === "" ? "verified" : "invalid", what);
    assert.equal(item.signer === undefined, code !== "", what);
  }
}

function items(materials: readonly Material[], authorities: Authorities): readonly TrustItem[] {
  return verifyFound({ subjects: [digest], materials, manifests: new Map(), incomplete: [] }, authorities)
    .facts.items;
}

function certificates(root: unknown, identities = [exactIdentity(identity)], by = issuer): Authorities {
  return { keys: [], certificates: [{ root: readTrustedRoot(root, "root.json"), identities, issuer: by }] };
}

function statement(
  about: string | readonly string[] = digest,
  kind = "https://in-toto.io/Statement/v1",
  predicateType = type,
): Buffer {
  const subject = [about].flat().map((one) => ({ name: "app", digest: { sha256: one.slice(7) } }));
  return Buffer.from(JSON.stringify({ _type: kind, subject, predicateType, predicate: { a: 1 } }));
}

// DER of very many elements.
function huge(): string {
  return Buffer.alloc(120_000, Buffer.from([5, 0])).toString("base64");
}

function mislabelled(): Buffer {
  return Buffer.from(statement().toString().replace('"sha256":', '"sha512":'));
}

function payload(
  about = digest,
  reference = "registry.example/app",
  kind = "cosign container image signature",
): Buffer {
  const critical = {
    identity: { "docker-reference": reference },
    image: { "docker-manifest-digest": about },
    type: kind,
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

function doubled(): Buffer {
  const twice = `"docker-manifest-digest":"${other}","docker-manifest-digest"`;
  return Buffer.from(payload().toString().replace('"docker-manifest-digest"', twice));
}

function annotated(bytes: Buffer, key = ours.key): Readonly<Record<string, string>> {
  return { "dev.cosignproject.cosign/signature": sign("sha256", bytes, key).toString("base64") };
}

function simple(bytes: Buffer, annotations: Readonly<Record<string, string>>): Material {
  return { kind: "simple-signing", bytes, annotations, subjects: [digest], source: "tag" };
}

function dsse({ dsseEnvelope }: Pick<BundleJson, "dsseEnvelope">): Material {
  return { kind: "dsse", bytes: encoded(dsseEnvelope), annotations: {}, subjects: [digest], source: "tag" };
}

function bundle(value: unknown): Extract<Material, { kind: "bundle" }> {
  return { kind: "bundle", bytes: encoded(value), subjects: [digest], source: "bundle" };
}

function raw(kind: "bundle", text: string): Material {
  return { kind, bytes: Buffer.from(text), subjects: [digest], source: "bundle" };
}

function encoded(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function changed(good: BundleJson, change: Change): unknown {
  return Object.assign({}, good, change(good));
}

function tampered(good: BundleJson): unknown {
  return changed(good, ({ dsseEnvelope }) => ({
    dsseEnvelope: {
      ...dsseEnvelope,
      payload: Buffer.from(statement().toString().replace('"a":1', '"a":2')).toString("base64"),
    },
  }));
}

// The same bytes, signed under another type: the type is under the signature, too.
function retyped(good: BundleJson): unknown {
  const sig = sign("sha256", pae(statement(), "text/plain"), ours.key).toString("base64");
  return signedWith(good, sig);
}

function signedWith(good: BundleJson, sig: string): unknown {
  return changed(good, ({ dsseEnvelope }) => ({
    dsseEnvelope: { ...dsseEnvelope, signatures: [{ sig, keyid: "" }] },
  }));
}

function twoSignatures({ dsseEnvelope }: BundleJson): BundleJson["dsseEnvelope"] {
  return { ...dsseEnvelope, signatures: [...dsseEnvelope.signatures, ...dsseEnvelope.signatures] };
}

function message(about = digest, signature: Uint8Array = Buffer.from("x")): object {
  const digestBytes = Buffer.from(about.slice(7), "hex").toString("base64");
  return {
    messageDigest: { algorithm: "SHA2_256", digest: digestBytes },
    signature: Buffer.from(signature).toString("base64"),
  };
}

function overMessage(good: BundleJson, about: string, signature?: Uint8Array): unknown {
  const { dsseEnvelope: _, ...rest } = good;
  return { ...rest, messageSignature: message(about, signature) };
}

function withCertificate(good: BundleJson): unknown {
  const { tlogEntries } = good.verificationMaterial;
  return {
    ...good,
    verificationMaterial: { tlogEntries, certificate: { rawBytes: release.certificate.toString("base64") } },
  };
}

function old(version: string): string {
  return `application/vnd.dev.sigstore.bundle+json;version=${version}`;
}

type Entry = Readonly<Record<string, unknown>>;

function entries({ verificationMaterial }: BundleJson): readonly Entry[] {
  return verificationMaterial.tlogEntries.map((entry) => ({ ...entry }));
}

function withEntries(good: BundleJson, tlogEntries: readonly Entry[]): unknown {
  return { ...good, verificationMaterial: { ...good.verificationMaterial, tlogEntries } };
}

function swapped(good: BundleJson, foreign: BundleJson): unknown {
  return withEntries(good, entries(foreign));
}

function without(
  annotations: Readonly<Record<string, string>>,
  key: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== key));
}
