import assert from "node:assert/strict";
import { createPublicKey, randomBytes, scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import nacl from "tweetnacl";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { keyPair } from "../../tests/support/sigstore.ts";
import { codeOf } from "../core/errors.ts";
import { readPrivateKey } from "./private-key.ts";
import { fingerprintOf, readPublicKeys } from "./public-key.ts";

const skip = needs("openssl");

test("readPrivateKey() and readPublicKeys() read what OpenSSL writes", { skip }, async () => {
  const dir = scratch("keys");
  const kinds: readonly (readonly string[])[] = [
    ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    ["ED25519"],
  ];
  const [plain, sealed, old, open] = ["plain", "sealed", "old", "open"].map((name) => join(dir, name));
  const text = (path = ""): string => readFileSync(path).toString();
  for (const kind of kinds) {
    const what = kind.join(" ");
    await tool("openssl", ["genpkey", "-algorithm", ...kind, "-out", plain ?? ""]);
    await tool("openssl", [
      "pkcs8",
      "-topk8",
      "-in",
      plain ?? "",
      "-passout",
      "pass:se cret",
      "-out",
      sealed ?? "",
    ]);
    await tool("openssl", ["pkey", "-in", plain ?? "", "-pubout", "-out", open ?? ""]);
    const [expected] = readPublicKeys(text(open), "open");
    const print = (pem: string, password?: string): string =>
      fingerprintOf(
        createPublicKey(readPrivateKey(pem, "k", password).export({ type: "pkcs8", format: "pem" })),
      );
    assert.equal(print(text(plain)), expected?.fingerprint, what);
    assert.equal(print(text(sealed), "se cret"), expected?.fingerprint, what);
    assert.throws(
      () => print(text(sealed)),
      (thrown: unknown) => codeOf(thrown) === "auth-failed",
      what,
    );
    assert.throws(
      () => print(text(sealed), "secret"),
      (thrown: unknown) => codeOf(thrown) === "auth-failed",
      what,
    );
    if (kind[0] === "ED25519") continue;
    await tool("openssl", ["pkey", "-in", plain ?? "", "-traditional", "-out", old ?? ""]);
    assert.equal(print(text(old)), expected?.fingerprint, `${what} traditional`);
  }
});

test("keys that are weak, of another kind or none are refused", { skip }, async () => {
  const dir = scratch("keys");
  const rows: readonly (readonly [readonly string[], string])[] = [
    [["RSA", "-pkeyopt", "rsa_keygen_bits:1024"], "unsupported"],
    [["EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"], "unsupported"],
    [["X25519"], "unsupported"],
    [["ED448"], "unsupported"],
  ];
  for (const [kind, code] of rows) {
    const [key, open] = [join(dir, "key"), join(dir, "open")];
    await tool("openssl", ["genpkey", "-algorithm", ...kind, "-out", key]);
    await tool("openssl", ["pkey", "-in", key, "-pubout", "-out", open]);
    assert.throws(
      () => readPrivateKey(readFileSync(key).toString(), "k", undefined),
      coded(code),
      kind.join(" "),
    );
    assert.throws(() => readPublicKeys(readFileSync(open).toString(), "k"), coded(code), kind.join(" "));
  }
  const { key, pem } = keyPair();
  const secret = key.export({ type: "pkcs8", format: "pem" }).toString();
  for (const text of [
    "",
    "hello",
    pem.replace(/[A-Za-z0-9]{20}/u, "A".repeat(20)),
    secret,
    "-----BEGIN PUBLIC KEY-----",
  ])
    assert.throws(() => readPublicKeys(text, "k"), coded("malformed"), text.slice(0, 40));
  for (const text of ["", "hello", pem, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
    assert.throws(() => readPrivateKey(text, "k", undefined), coded("malformed"), text.slice(0, 40));
});

test("readPrivateKey() opens cosign's own format, and says nothing of what is in it", () => {
  const { key, pem } = keyPair();
  const [expected] = readPublicKeys(pem, "k");
  const sealed = cosignKey(key.export({ type: "pkcs8", format: "der" }), "pw");
  const opened = readPrivateKey(sealed, "cosign.key", "pw");
  assert.equal(
    fingerprintOf(createPublicKey(opened.export({ type: "pkcs8", format: "pem" }))),
    expected?.fingerprint,
  );
  const rows: readonly (readonly [string, string | undefined, string])[] = [
    [sealed, undefined, "auth-failed"],
    [sealed, "", "auth-failed"],
    [sealed, "wrong", "auth-failed"],
    [cosignKey(Buffer.from("no key"), "pw"), "pw", "malformed"],
    [cosignKey(Buffer.from("x"), "pw", { N: 2 ** 24 }), "pw", "limit-exceeded"],
    [cosignKey(Buffer.from("x"), "pw", { N: 3 }), "pw", "malformed"],
    [cosignKey(Buffer.from("x"), "pw", { r: 1e9 }), "pw", "limit-exceeded"],
    [cosignKey(Buffer.from("x"), "pw", {}, "argon2"), "pw", "unsupported"],
    [
      "-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED COSIGN PRIVATE KEY-----",
      "pw",
      "malformed",
    ],
  ];
  for (const [text, password, code] of rows)
    assert.throws(() => readPrivateKey(text, "k", password), coded(code), `${code} ${text.length}`);
});

function coded(code: string): (thrown: unknown) => boolean {
  return (thrown) => codeOf(thrown) === code;
}

/** What `cosign generate-key-pair` writes. */
function cosignKey(der: Buffer, password: string, change: object = {}, kdf = "scrypt"): string {
  const [salt, nonce] = [randomBytes(32), randomBytes(24)];
  const params = { N: 4096, r: 8, p: 1 };
  const secret = scryptSync(password, salt, 32, params);
  const sealed = {
    kdf: { name: kdf, params: { ...params, ...change }, salt: salt.toString("base64") },
    cipher: { name: "nacl/secretbox", nonce: nonce.toString("base64") },
    ciphertext: Buffer.from(
      nacl.secretbox(new Uint8Array(der), new Uint8Array(nonce), new Uint8Array(secret)),
    ).toString("base64"),
  };
  const lines = Buffer.from(JSON.stringify(sealed)).toString("base64").replace(/.{64}/gu, "$&\n");
  return `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${lines}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n`;
}
