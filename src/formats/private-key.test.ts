import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { readPrivateKey } from "./private-key.ts";

const tell = (text: string): string => {
  const key = readPrivateKey(text);
  return key === undefined ? "none" : `${key.form} ${key.encrypted ? "encrypted" : "open"}`;
};

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const open = ["-----BEGIN", "PRIVATE KEY-----"].join(" ");
const close = ["-----END", "PRIVATE KEY-----"].join(" ");

const rows: readonly (readonly [why: string, text: string, told: string])[] = [
  ["PKCS#8", pkcs8, "PKCS#8 open"],
  ["PKCS#1", pkcs1, "RSA open"],
  ["PKCS#8 inside JSON", pkcs8.replaceAll("\n", "\\n"), "PKCS#8 open"],
  ["PKCS#8 with CRLF", pkcs8.replaceAll("\n", "\r\n"), "PKCS#8 open"],
  ["PKCS#8 indented by YAML", pkcs8.replaceAll("\n", "\n    "), "PKCS#8 open"],
  ["PKCS#8, encrypted", encrypted(), "PKCS#8 encrypted"],
  ["a public key", createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(), "none"],
  ["a marker alone", open, "none"],
  ["markers without a key", `${open}\n${close}`, "none"],
  ["a key that was cut", pkcs8.slice(0, 700), "none"],
  ["a key with lines left out", pkcs8.replace(/\n[^\n]+\n/, "\n"), "none"],
  ["a text with dots", `${open}\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n...\n${close}`, "none"],
  ["words", `${open}\nYOURPRIVATEKEYGOESHEREYOURPRIVATEKEYGOESHEREYOURPRIVATEKEY\n${close}`, "none"],
  ["a label of nobody", pkcs8.replaceAll("PRIVATE KEY", "MY PRIVATE KEY"), "none"],
  ["nothing", "", "none"],
  ["PuTTY's first line", "PuTTY-User-Key-File-2: ssh-rsa\n", "none"],
];
for (const [why, text, told] of rows)
  test(`readPrivateKey() tells ${told} of ${why}`, () => assert.equal(tell(text), told));

function encrypted(): string {
  const passphrase = "correct horse";
  return privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
}

test("readPrivateKey() tells how long the key is", () => {
  assert.equal(readPrivateKey(`${pkcs8.trimEnd()}tail`)?.length, pkcs8.trimEnd().length);
});

test("readPrivateKey() reads PuTTY's files", () => {
  const file = (encryption: string) =>
    `PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: ${encryption}\r\nComment: x\r\nPublic-Lines: 1\r\nAAAA\r\nPrivate-Lines: 1\r\n${"QUJD".repeat(12)}\r\nPrivate-MAC: 00\r\n`;
  assert.deepEqual([tell(file("none")), tell(file("aes256-cbc"))], ["PuTTY open", "PuTTY encrypted"]);
});

test("readPrivateKey() reads what ssh-keygen writes", { skip: needs("ssh-keygen") }, async () => {
  const dir = scratch("ssh");
  const made = async (type: string, passphrase: string, ...more: readonly string[]): Promise<string> => {
    const file = join(dir, `${type}${passphrase}${more.length}`);
    await tool("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-f", file, ...more]);
    assert.equal(tell(readFileSync(`${file}.pub`, "utf8")), "none");
    return tell(readFileSync(file, "utf8"));
  };
  assert.equal(await made("ed25519", ""), "OpenSSH open");
  assert.equal(await made("ecdsa", ""), "OpenSSH open");
  assert.equal(await made("rsa", "", "-b", "2048"), "OpenSSH open");
  assert.equal(await made("ed25519", "secret1"), "OpenSSH encrypted");
  assert.equal(await made("rsa", "", "-b", "2048", "-m", "PEM"), "RSA open");
  assert.equal(await made("rsa", "secret1", "-b", "2048", "-m", "PEM"), "RSA encrypted");
});

test("readPrivateKey() reads what openssl writes", { skip: needs("openssl") }, async () => {
  const openssl = async (...args: readonly string[]) => tell(await tool("openssl", args));
  assert.equal(await openssl("genrsa", "2048"), "PKCS#8 open");
  assert.equal(await openssl("genrsa", "-traditional", "2048"), "RSA open");
  assert.equal(
    await openssl("genrsa", "-traditional", "-aes128", "-passout", "pass:secret", "2048"),
    "RSA encrypted",
  );
  assert.equal(await openssl("genpkey", "-algorithm", "ED25519"), "PKCS#8 open");
  assert.equal(
    await openssl("genpkey", "-algorithm", "ED25519", "-aes256", "-pass", "pass:secret"),
    "PKCS#8 encrypted",
  );
  assert.equal(await openssl("ecparam", "-genkey", "-noout", "-name", "prime256v1"), "EC open");
});

test("readPrivateKey() reads what gpg exports", { skip: needs("gpg") }, async () => {
  const home = join(scratch("gpg"), "home");
  mkdirSync(home, { mode: 0o700 });
  const gpg = (...args: readonly string[]) =>
    tool("gpg", ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", ...args]);
  const made = async (name: string, algorithm: string, passphrase: string): Promise<string> => {
    await gpg("--passphrase", passphrase, "--quick-gen-key", name, algorithm, "default", "never");
    return tell(await gpg("--passphrase", passphrase, "--armor", "--export-secret-keys", name));
  };
  assert.equal(await made("rsa@x", "rsa2048", ""), "PGP open");
  assert.equal(await made("ed@x", "ed25519", ""), "PGP open");
  assert.equal(await made("sealed@x", "rsa2048", "secret"), "PGP encrypted");
  assert.equal(tell(await gpg("--armor", "--export", "rsa@x")), "none");
  await tool("gpgconf", ["--homedir", home, "--kill", "all"]);
});

// A marker in every place, each without an end: every one is looked at, and none may cost more than the longest key.
test("readPrivateKey() takes time that grows with its text at most", () => {
  const many = `${open}\n`.repeat(40_000);
  const started = process.cpuUsage();
  for (let at = 0; at < many.length; at += open.length + 1) readPrivateKey(many.slice(at, at + 200));
  for (const hostile of [
    `${open}\n${"A".repeat(1 << 20)}`,
    `${open}${"\\n".repeat(1 << 19)}`,
    `${open}${": ".repeat(1 << 19)}${close}`,
  ])
    assert.equal(tell(hostile), "none");
  const { user } = process.cpuUsage(started);
  assert.ok(user < 3_000_000, `${user} µs`);
});
