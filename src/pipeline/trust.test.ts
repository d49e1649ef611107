import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyReport, fullReport } from "../../tests/support/sample-report.ts";
import { SeaworthyError } from "../core/errors.ts";
import { predicateTypes, type TrustItem } from "../core/trust.ts";
import { verdictOf } from "../reports/verdict.ts";
import { writeStatement } from "../trust/statement.ts";
import type { Verified, VerifiedStatement } from "../trust/verify.ts";
import { attestedVerdict, verifyDigest, withTrust } from "./trust.ts";

const digest = fullReport.image.digest ?? "";

function statement(predicateType: string, predicate: object, payloadDigest: string): VerifiedStatement {
  const item: TrustItem = {
    kind: "attestation",
    state: "verified",
    subject: digest,
    source: `referrer ${payloadDigest}`,
    predicateType,
    payloadDigest,
    dockerReference: undefined,
    signer: { kind: "key", fingerprint: "sha256:0", name: "k" },
    reason: undefined,
  };
  return { item, bytes: writeStatement({ name: "", digest }, predicateType, JSON.stringify(predicate)) };
}

function bad(predicateType: string): TrustItem {
  const { item } = statement(predicateType, {}, "sha256:bad");
  return {
    ...item,
    state: "invalid",
    signer: undefined,
    reason: { code: "signature-wrong", message: "why" },
  };
}

function verified(statements: readonly VerifiedStatement[], more: readonly TrustItem[] = []): Verified {
  const items = [...statements.map(({ item }) => item), ...more];
  return { facts: { subjects: [digest], items, incomplete: [] }, statements };
}

test("withTrust() hands out OpenVEX of any version, each statement once, and tells what is not used", () => {
  const types: readonly (readonly [type: string, isVex: boolean])[] = [
    ["https://openvex.dev/ns", true],
    ["https://openvex.dev/ns/v0.2.0", true],
    ["https://openvex.dev/ns@v0.2.0", true],
    ["https://openvex.dev/nsx", false],
    ["https://openvex.dev.example/ns", false],
    ["https://cyclonedx.org/bom", false],
  ];
  for (const [type, isVex] of types) {
    const one = statement(type, { a: 1 }, "sha256:1");
    const { facts, attested } = withTrust(emptyReport, verified([one, one], [bad(type), bad(type)]));
    assert.deepEqual(
      attested.map(({ source }) => source),
      isVex ? ["attestation sha256:1"] : [],
      type,
    );
    assert.deepEqual(
      facts.coverage.notes,
      isVex ? ["VEX attestation not used: referrer sha256:bad: signature-wrong: why"] : [],
    );
    assert.equal(facts.trust?.items.length, 4);
  }
});

const verdict = verdictOf(fullReport, "1");
const recorded = (change: object, payload: string): VerifiedStatement =>
  statement(predicateTypes.verdict, { ...verdict, ...change }, payload);

test("attestedVerdict() takes that of the newest day, and none where there are several", () => {
  const [old, now, later] = ["2025-12-31", "2026-01-01", "2026-01-02"].map((day) =>
    recorded({ day }, `sha256:${day}`),
  );
  assert.ok(old !== undefined && now !== undefined && later !== undefined);
  const other = statement("https://example.com/p/v1", {}, "sha256:x");
  assert.equal(attestedVerdict(verified([later, old, now, later, other]), "i").verdict.day, "2026-01-02");
  const twin = recorded({ decision: "pass" }, "sha256:twin");
  const rows: readonly (readonly [Verified, RegExp])[] = [
    [verified([now, twin, old]), /there are 2 of 2026-01-01$/u],
    [verified([other]), /there is none$/u],
    [verified([other], [bad(predicateTypes.verdict)]), /none is good: signature-wrong: why$/u],
  ];
  for (const [found, message] of rows)
    assert.throws(() => attestedVerdict(found, "i"), { code: "signature-invalid", message });
});

test("attestedVerdict() refuses a verdict on another image than it is attested to", () => {
  const moved = recorded({ imageDigest: `sha256:${"00".repeat(32)}` }, "sha256:1");
  assert.throws(() => attestedVerdict(verified([moved]), "i"), { code: "digest-mismatch" });
});

test("verifyDigest() takes the first reference that leads to the image", async () => {
  const other = { facts: { subjects: ["sha256:other"], items: [], incomplete: [] }, statements: [] };
  const verify = async (reference: string): Promise<Verified> => {
    if (reference === "gone") throw new SeaworthyError("image-not-found", "gone");
    return reference === "moved" ? other : verified([]);
  };
  for (const references of [["here"], ["gone", "here"], ["moved", "gone", "here"]])
    assert.deepEqual(await verifyDigest(digest, references, verify), verified([]));
  await assert.rejects(verifyDigest(digest, ["gone", "moved"], verify), { code: "digest-mismatch" });
  await assert.rejects(verifyDigest(digest, ["moved", "gone"], verify), { code: "image-not-found" });
  await assert.rejects(verifyDigest(null, ["here"], verify), { code: "digest-mismatch" });
});
