import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { makeSigstore } from "../../tests/support/sigstore.ts";
import { codeOf } from "../core/errors.ts";
import { globIdentity } from "./identity.ts";
import { readTrustedRoot } from "./trusted-root.ts";
import { verifyFound } from "./verify.ts";

type Root = Readonly<Record<string, unknown>>;
const root: Root = (await makeSigstore()).root();

test("readTrustedRoot() asks for what the root names", async () => {
  const of = (change: Root): unknown => readTrustedRoot({ ...root, ...change }, "r").thresholds;
  assert.deepEqual(of({}), { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 });
  assert.deepEqual(of({ ctlogs: [] }), { ctlogThreshold: 0, tlogThreshold: 1, timestampThreshold: 1 });
  assert.deepEqual(of({ tlogs: [] }), { ctlogThreshold: 1, tlogThreshold: 0, timestampThreshold: 1 });
});

test("readTrustedRoot() refuses a root that is not whole", () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ["nothing", {}],
    ["a list", []],
    ["null", null],
    ["no media type", { ...root, mediaType: undefined }],
    ["a bundle's media type", { ...root, mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json" }],
    ["no authority", { ...root, certificateAuthorities: [] }],
    ["nobody who tells the time", { ...root, tlogs: [], timestampAuthorities: [] }],
    ...["tlogs", "ctlogs"].flatMap((list) => [
      [`${list}: no key`, changed(list, ["publicKey"], undefined)] as const,
      [`${list}: a key of garbage`, changed(list, ["publicKey", "rawBytes"], "AAAA")] as const,
      [`${list}: no base64`, changed(list, ["publicKey", "rawBytes"], "****")] as const,
      [`${list}: a key without a beginning`, changed(list, ["publicKey", "validFor"], {})] as const,
      [`${list}: no validity`, changed(list, ["publicKey", "validFor"], undefined)] as const,
      [
        `${list}: a day that is none`,
        changed(list, ["publicKey", "validFor", "start"], "yesterday"),
      ] as const,
      [`${list}: another hash`, changed(list, ["hashAlgorithm"], "SHA1")] as const,
      [`${list}: no id`, changed(list, ["logId"], undefined)] as const,
      [`${list}: a short id`, changed(list, ["logId", "keyId"], "AAAA")] as const,
    ]),
    ...["certificateAuthorities", "timestampAuthorities"].flatMap((list) => [
      [`${list}: no chain`, changed(list, ["certChain"], undefined)] as const,
      [`${list}: an empty chain`, changed(list, ["certChain", "certificates"], [])] as const,
      [
        `${list}: a certificate of garbage`,
        changed(list, ["certChain", "certificates"], [{ rawBytes: "AAAA" }]),
      ] as const,
      [`${list}: no validity`, changed(list, ["validFor"], undefined)] as const,
      [`${list}: ends before it starts`, changed(list, ["validFor", "end"], "2019-01-01T00:00:00Z")] as const,
    ]),
    ["a time-stamper's certificate as an authority", { ...root, certificateAuthorities: leaves() }],
  ];
  for (const [what, document] of rows)
    assert.throws(
      () => readTrustedRoot(JSON.parse(JSON.stringify(document)), "r"),
      (thrown: unknown) => codeOf(thrown) === "malformed",
      what,
    );
});

// sigstore-go ships the root of the public instance and an npm package's provenance: read from Go's module proxy, as Go does.
test("readTrustedRoot() reads the public root, which vouches for a real provenance", {
  skip: needs("go"),
}, async () => {
  const env = { ...process.env, GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" };
  const cwd = scratch("module");
  const answer = await tool("go", ["mod", "download", "-json", "github.com/sigstore/sigstore-go@v1.1.4"], {
    cwd,
    env,
  });
  const { Dir: dir } = z.object({ Dir: z.string() }).parse(JSON.parse(answer));
  const file = (name: string): Buffer => readFileSync(join(dir, "pkg/testing/data", name));
  const read = readTrustedRoot(JSON.parse(file("trusted-roots/public-good.json").toString()), "public");
  const bytes = file("bundles/sigstore.js@2.0.0-provenance.sigstore.json");
  const subject =
    "sha512:46d4e2f74c4877316640000a6fdf8a8b59f1e0847667973e9859f774dd31b8f1e0937813b777fb66a2ac67d50540fe34640966eee9fc2ccca387082b4c85cd3c";
  const materials = [{ kind: "bundle" as const, bytes, subjects: [subject], source: "b" }];
  const identities = [globIdentity("https://github.com/sigstore/sigstore-js/**")];
  const issuer = "https://token.actions.githubusercontent.com";
  const found = { subjects: [subject], materials, manifests: new Map(), incomplete: [] };
  const [item] = verifyFound(found, { keys: [], certificates: [{ root: read, identities, issuer }] }).facts
    .items;
  assert.deepEqual(
    [item?.state, item?.predicateType, item?.signer],
    [
      "verified",
      "https://slsa.dev/provenance/v1",
      {
        kind: "identity",
        identity: "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main",
        issuer,
      },
    ],
  );
});

const entry = z.record(z.string(), z.unknown());

/** The root with the first entry of a list changed at a path. */
function changed(list: string, path: readonly string[], value: unknown): Root {
  const [first] = z.array(entry).parse(root[list]);
  return { ...root, [list]: [replaced(first ?? {}, path, value)] };
}

function replaced(object: Root, [key = "", ...rest]: readonly string[], value: unknown): Root {
  return { ...object, [key]: rest.length === 0 ? value : replaced(entry.parse(object[key]), rest, value) };
}

function leaves(): unknown {
  return z.array(entry).parse(root["timestampAuthorities"]);
}
