import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { makeSigstore, type Sigstore } from "../../tests/support/sigstore.ts";
import type { Refusal } from "./authorities.ts";
import { exactIdentity } from "./identity.ts";
import { readTrustedRoot } from "./trusted-root.ts";
import { verifyFound } from "./verify.ts";

// Certificates that Fulcio would not make, but that another authority of the user's may: made by OpenSSL.

const digest = `sha256:${"ab".repeat(32)}`;
const statement = Buffer.from(
  JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256: "ab".repeat(32) } }],
    predicateType: "https://example.com/p",
    predicate: {},
  }),
);
const issuer = "ASN1:UTF8String:https://issuer.example";
const sound = [
  "extendedKeyUsage=codeSigning",
  "basicConstraints=CA:FALSE",
  `1.3.6.1.4.1.57264.1.8=${issuer}`,
];
const skip = needs("openssl");

test("verifyByCertificate() takes a certificate for signing with one plain name", { skip }, async () => {
  const authority = await makeAuthority();
  const rows: readonly (readonly [
    what: string,
    extensions: readonly string[],
    name: string,
    code: string,
  ])[] = [
    ["a URI", [...sound, "subjectAltName=URI:https://x.example/a"], "https://x.example/a", ""],
    ["an e-mail address", [...sound, "subjectAltName=email:a@x.example"], "a@x.example", ""],
    [
      "a URI with a comma",
      [...sound, "subjectAltName=@names", "[names]", "URI.1=https://x.example/a,b"],
      "https://x.example/a,b",
      "",
    ],
    [
      "two names",
      [...sound, "subjectAltName=URI:https://x.example/a,URI:https://x.example/b"],
      "https://x.example/a",
      "certificate-untrusted",
    ],
    [
      "an e-mail address and a URI",
      [...sound, "subjectAltName=email:a@x.example,URI:https://x.example/b"],
      "https://x.example/b",
      "certificate-untrusted",
    ],
    ["a host", [...sound, "subjectAltName=DNS:x.example"], "x.example", "certificate-untrusted"],
    ["no name", sound, "", "certificate-untrusted"],
    // 0xE1 is "a" with its eighth bit: in 7-bit text it is a@x.example.
    [
      "another alphabet",
      [...sound, "subjectAltName=DER:30:0d:81:0b:e1:40:78:2e:65:78:61:6d:70:6c:65"],
      "a@x.example",
      "certificate-untrusted",
    ],
    [
      "a server's",
      [...sound.slice(1), "extendedKeyUsage=serverAuth", "subjectAltName=email:a@x.example"],
      "a@x.example",
      "certificate-untrusted",
    ],
    [
      "one for anything",
      [...sound.slice(1), "subjectAltName=email:a@x.example"],
      "a@x.example",
      "certificate-untrusted",
    ],
    [
      "an authority's",
      [
        sound[0] ?? "",
        sound[2] ?? "",
        "basicConstraints=critical,CA:TRUE",
        "subjectAltName=email:a@x.example",
      ],
      "a@x.example",
      "certificate-untrusted",
    ],
    [
      "no issuer",
      [...sound.slice(0, 2), "subjectAltName=email:a@x.example"],
      "a@x.example",
      "identity-mismatch",
    ],
  ];
  for (const [what, extensions, name, code] of rows) {
    const reason = await authority.judge(extensions, name);
    assert.equal(reason?.code ?? "", code, `${what}: ${reason?.message}`);
  }
});

interface Authority {
  judge(extensions: readonly string[], name: string): Promise<Refusal | undefined>;
}

async function makeAuthority(): Promise<Authority> {
  const dir = scratch("authority");
  const sigstore = await makeSigstore({ logs: false });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const names = ["-subj", "/CN=authority", "-days", "2", "-addext", "keyUsage=critical,keyCertSign"];
  await tool("openssl", [
    "req",
    "-x509",
    ...curve,
    ...names,
    "-keyout",
    join(dir, "ca.key"),
    "-out",
    join(dir, "ca.pem"),
  ]);
  await tool("openssl", [
    "req",
    ...curve,
    "-subj",
    "/",
    "-keyout",
    join(dir, "leaf.key"),
    "-out",
    join(dir, "leaf.csr"),
  ]);
  const { raw } = new X509Certificate(readFileSync(join(dir, "ca.pem")));
  const root = readTrustedRoot(
    sigstore.root({
      certificateAuthorities: [
        {
          certChain: { certificates: [{ rawBytes: raw.toString("base64") }] },
          validFor: { start: "2020-01-01T00:00:00Z" },
        },
      ],
    }),
    "root",
  );
  return {
    async judge(extensions, name) {
      const bytes = Buffer.from(JSON.stringify(await issue(dir, sigstore, extensions)));
      const materials = [{ kind: "bundle" as const, bytes, subjects: [digest], source: "b" }];
      const authority = { root, identities: [exactIdentity(name)], issuer: "https://issuer.example" };
      const found = { subjects: [digest], materials, manifests: new Map(), incomplete: [] };
      return verifyFound(found, { keys: [], certificates: [authority] }).facts.items[0]?.reason;
    },
  };
}

async function issue(dir: string, sigstore: Sigstore, extensions: readonly string[]): Promise<unknown> {
  writeFileSync(join(dir, "ext"), `${extensions.join("\n")}\n`);
  const authority = ["-CA", join(dir, "ca.pem"), "-CAkey", join(dir, "ca.key"), "-days", "1"];
  const more = ["-extfile", join(dir, "ext"), "-out", join(dir, "leaf.pem")];
  await tool("openssl", ["x509", "-req", "-in", join(dir, "leaf.csr"), ...authority, ...more]);
  const key = createPrivateKey(readFileSync(join(dir, "leaf.key")));
  return sigstore.stamped(statement, new X509Certificate(readFileSync(join(dir, "leaf.pem"))).raw, key);
}
