import assert from "node:assert/strict";
import { test } from "node:test";
import { random, syntheticKey, syntheticTokens } from "../../../tests/support/synthetic-secrets.ts";
import { tokenKinds } from "./secret-kinds.ts";
import { findTokens } from "./secret-tokens.ts";

const find = (text: string, isPage = false) => findTokens(Buffer.from(text, "latin1"), isPage);

test("tokenKinds has the services that leak most", () => {
  const services = new Set(tokenKinds.map(({ service }) => service));
  assert.ok(services.size >= 60, `${services.size}`);
  for (const { literals, service } of tokenKinds)
    for (const literal of literals) assert.ok(literal.length >= 3, `${service}: ${literal}`);
});

// Chance makes one of some thousand tokens look like a sample: each kind has three tries.
test("findTokens() finds a token of every form of every kind, once, and shows four characters at most", () => {
  const tries = [syntheticTokens(), syntheticTokens(), syntheticTokens()];
  for (const [index, first] of (tries[0] ?? []).entries()) {
    const { kind, literal } = first;
    const what = `${kind.service} ${kind.what} ${literal}`;
    const hits = tries.map((made) => find(made[index]?.text ?? ""));
    assert.ok(
      hits.some((found) => found.length === 1),
      `${what}: ${first.text} ${JSON.stringify(hits[0])}`,
    );
    const [hit] = hits.find((found) => found.length === 1) ?? [];
    assert.equal(hit?.grade, first.proven ? "proven" : "token", what);
    for (const [at, found] of hits.entries())
      for (const { message } of found)
        for (const value of tries[at]?.[index]?.values ?? [])
          assert.ok(!message.includes(value.slice(0, 5)) && !message.includes(value.slice(-5)), message);
  }
});

const body = (length: number): string => `x9Q${random("base62", length - 3)}`;
// Forms as the services' manuals give them, put together by hand.
const rows: readonly (readonly [why: string, text: string, grades: readonly string[]])[] = [
  ["a GitHub token whose checksum fails", `ghp_${body(36)}`, []],
  ["an npm token whose checksum fails", `npm_${body(36)}`, []],
  ["GitLab's token of old", `glpat-${body(20)}`, ["token"]],
  ["a GitLab token inside an address", `https://oauth2:glpat-${body(20)}@gitlab.test/a.git`, ["token"]],
  ["Stripe's live key", `key: sk_live_${body(24)}`, ["token"]],
  ["Stripe's test key", `key: sk_test_${body(24)}`, []],
  ["a SendGrid key", `SG.${body(22)}.${body(43)}`, ["token"]],
  [
    "a Slack webhook",
    `https://hooks.slack.com/services/T0${random("upper", 8)}/B0${random("upper", 8)}/${body(24)}`,
    ["token"],
  ],
  ["an access key of AWS without its secret", `AKIAQ4${random("base32", 14)}`, []],
  ["the pair of AWS's manual", `AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`, []],
  ["a key for browsers in a page", `AIza${body(35)}`, ["token"]],
  ["a placeholder", `token: glpat-${"x".repeat(20)}`, []],
  ["your token here", `glpat-your-token-goes-here`, []],
  ["the alphabet", `glpat-abcdefghijklmnopqrst`, []],
  ["a token inside a longer word", `ahf_${random("letters", 34)}`, []],
  ["a token that goes on", `hf_${random("letters", 34)}9`, []],
  ["two tokens in a line", `glpat-${body(20)} hf_${random("letters", 34)}`, ["token", "token"]],
  ["a private key", syntheticKey(), ["key"]],
  ["a private key with a passphrase", syntheticKey("a"), ["sealed-key"]],
  [
    "a service account of Google",
    JSON.stringify({ type: "service_account", private_key: syntheticKey() }),
    ["proven"],
  ],
  [
    "a user's web token",
    `${part({ alg: "HS256" })}.${part({ sub: "1234567890", name: "John Doe" })}.${body(43)}`,
    [],
  ],
  ["a Mailgun key without the name", `key-${random("hex", 32)}`, []],
  ["nothing", "", []],
];
for (const [why, text, grades] of rows)
  test(`findTokens() finds ${grades.join(" and ") || "nothing"} in ${why}`, () => {
    assert.deepEqual(
      find(text).map(({ grade }) => grade),
      grades,
      text,
    );
  });

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

test("findTokens() lets a page have the keys that are public by design", () => {
  assert.deepEqual(find(`AIza${body(35)}`, true), []);
});

// A mebibyte of what nearly is a token, of every kind: the time is that of the bytes.
test("findTokens() takes time that grows with the text at most", () => {
  const started = process.cpuUsage();
  const hostile = tokenKinds.flatMap(({ literals, lead }) => {
    const literal = `${lead === undefined ? "" : "sk-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}${literals[0] ?? ""}`;
    return [" ", "-", "a", "9.eyJ"].map((tail) =>
      `${literal}${tail}`.repeat(Math.ceil(30_000 / literal.length)),
    );
  });
  const dashes = `-----BEGIN RSA PRIVATE KEY-----\n`;
  // The last of a row may end as a token does.
  for (const text of [
    ...hostile,
    dashes.repeat(40_000),
    "A".repeat(1 << 20),
    "\0".repeat(1 << 20),
    "eyJhbGci-".repeat(1 << 17),
  ])
    assert.ok(find(text).length < 2, text.slice(0, 80));
  const { user } = process.cpuUsage(started);
  assert.ok(user < 15_000_000, `${user} µs`);
});
