import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Facts } from "../core/report.ts";
import { predicateTypes, type Signer } from "../core/trust.ts";
import { parseUniqueJson } from "../formats/unique-json.ts";
import { parseVerdictPredicate, type VerdictPredicate } from "../reports/verdict.ts";
import type { Authorities } from "../trust/authorities.ts";
import { readClaim } from "../trust/claim.ts";
import type { Material } from "../trust/material.ts";
import { parseStatement } from "../trust/statement.ts";
import { type Verified, type VerifiedStatement, verifyFound } from "../trust/verify.ts";

/** A VEX document that somebody trusted signed, as an in-toto statement. */
export interface AttestedVex {
  readonly text: string;
  /** As reports call it: the same wherever the attestation hangs. */
  readonly source: string;
}

/** Facts with what is known of the image's signatures, and the VEX documents among its good attestations. Pure. */
export function withTrust(
  facts: Facts,
  { facts: trust, statements }: Verified,
): { readonly facts: Facts; readonly attested: readonly AttestedVex[] } {
  const own = statements.filter(({ item }) => isVex(item.predicateType));
  const attested = distinct(own).map(({ item, bytes }) => ({
    text: new TextDecoder().decode(bytes),
    source: `attestation ${item.payloadDigest ?? ""}`,
  }));
  const notes = trust.items.flatMap(({ predicateType, reason, source }) =>
    reason === undefined || !isVex(predicateType)
      ? []
      : [`VEX attestation not used: ${source}: ${reason.code}: ${reason.message}`],
  );
  const { coverage } = facts;
  return {
    facts: { ...facts, trust, coverage: { ...coverage, notes: [...coverage.notes, ...new Set(notes)] } },
    attested,
  };
}

/** The predicate type of OpenVEX, with any version behind it (https://github.com/openvex/spec/blob/main/ATTESTING.md). */
function isVex(predicateType: string | undefined): boolean {
  return predicateType !== undefined && /^https:\/\/openvex\.dev\/ns(?:[/@].*)?$/.test(predicateType);
}

// The same statement may hang on the image by a referrer and by a tag.
function distinct(statements: readonly VerifiedStatement[]): readonly VerifiedStatement[] {
  return [...new Map(statements.map((one) => [one.item.payloadDigest ?? "", one])).values()];
}

/** A verdict that was recorded, and who stands for it. */
export interface RecordedVerdict {
  readonly verdict: VerdictPredicate;
  /** `none`: nobody signed it; `unverified`: somebody did, and nobody looked. */
  readonly signature:
    | { readonly state: "none" | "unverified" }
    | { readonly state: "verified"; readonly signer: Signer };
}

/**
 * Reads a verdict: its predicate, or a DSSE envelope or sigstore bundle with it, whose signature is verified where somebody is trusted.
 * @throws SeaworthyError `malformed`, `unsupported`, `digest-mismatch`; `signature-invalid`.
 */
export function readVerdict(
  bytes: Uint8Array,
  name: string,
  authorities: Authorities | undefined,
): RecordedVerdict {
  const value = parseUniqueJson(bytes, `verdict "${name}"`);
  const has = (field: string): boolean => typeof value === "object" && value !== null && field in value;
  if (!has("payloadType") && !has("mediaType"))
    return { verdict: parseVerdictPredicate(value), signature: { state: "none" } };
  const common = { bytes, source: `file ${name}` };
  const materialOf = (subjects: readonly string[]): Exclude<Material, { kind: "unreadable" }> =>
    has("payloadType")
      ? { ...common, kind: "dsse", subjects, annotations: {} }
      : { ...common, kind: "bundle", subjects };
  const { statement } = readClaim(materialOf([]), new Map());
  if (statement === undefined)
    throw new SeaworthyError("malformed", `read verdict "${name}": it is a signature, and says nothing`);
  const verdict = verdictOfStatement(statement, name);
  if (authorities === undefined) return { verdict, signature: { state: "unverified" } };
  const subjects = [verdict.imageDigest];
  const found = { subjects, materials: [materialOf(subjects)], manifests: new Map(), incomplete: [] };
  const [item] = verifyFound(found, authorities).facts.items;
  if (item?.signer !== undefined) return { verdict, signature: { state: "verified", signer: item.signer } };
  const why = item?.reason === undefined ? "" : `${item.reason.code}: ${item.reason.message}`;
  throw new SeaworthyError("signature-invalid", `verify verdict "${name}": ${why}`);
}

/**
 * The verdict among an image's good attestations; of several that of the newest day.
 * @throws SeaworthyError `signature-invalid` when there is none, or several of that day that say different things.
 */
export function attestedVerdict({ facts, statements }: Verified, image: string): RecordedVerdict {
  const own = distinct(statements.filter(({ item }) => item.predicateType === predicateTypes.verdict));
  const read = own.flatMap(({ item, bytes }) =>
    item.signer === undefined
      ? []
      : [{ verdict: verdictOfStatement(bytes, item.source), signer: item.signer }],
  );
  const newest = read.map(({ verdict }) => verdict.day).reduce((a, b) => (a > b ? a : b), "");
  const [first, ...more] = read.filter(({ verdict }) => verdict.day === newest);
  const hint = "name a file; an index and its platforms' images have verdicts of their own: --platform";
  if (first === undefined) {
    const bad = facts.items.find((item) => item.predicateType === predicateTypes.verdict)?.reason;
    const why = bad === undefined ? "there is none" : `none is good: ${bad.code}: ${bad.message}`;
    throw new SeaworthyError("signature-invalid", `find verdict attested to "${image}": ${why}`, { hint });
  }
  if (more.length > 0)
    throw new SeaworthyError(
      "signature-invalid",
      `find verdict attested to "${image}": there are ${more.length + 1} of ${newest}`,
      { hint },
    );
  return { verdict: first.verdict, signature: { state: "verified", signer: first.signer } };
}

function verdictOfStatement(bytes: Uint8Array, name: string): VerdictPredicate {
  const { predicateType, predicate, subjects } = parseStatement(bytes);
  if (predicateType !== predicateTypes.verdict)
    throw new SeaworthyError("malformed", `read verdict "${name}": it is a ${predicateType.slice(0, 200)}`);
  const verdict = parseVerdictPredicate(predicate);
  if (subjects.includes(verdict.imageDigest)) return verdict;
  throw new SeaworthyError(
    "digest-mismatch",
    `read verdict "${name}": it judges ${verdict.imageDigest}, and is attested to another image`,
  );
}

/** The first of several references by which the image of that digest is found, verified. @throws SeaworthyError. */
export async function verifyDigest(
  digest: string | null,
  references: readonly string[],
  verify: (reference: string) => Promise<Verified>,
): Promise<Verified> {
  let last: unknown;
  for (const reference of references) {
    try {
      const verified = await verify(reference);
      if (digest !== null && verified.facts.subjects.includes(digest)) return verified;
      // A tag that has moved since, or an engine's own copy: signatures of another image say nothing of this one.
      const state = `the scanned image is ${digest ?? "without a digest"}, signatures are kept beside ${verified.facts.subjects.join(", ")}`;
      last = new SeaworthyError("digest-mismatch", `verify "${reference}": ${state}`, {
        hint: "name the image by its digest, or as registry:REF",
      });
    } catch (thrown) {
      last = thrown;
    }
  }
  throw last instanceof SeaworthyError
    ? last
    : new SeaworthyError("internal", messageOf(last), { cause: last });
}
