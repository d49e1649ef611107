import { SeaworthyError } from "../core/errors.ts";
import { list, optionalText, record, text } from "../formats/shape.ts";

/**
 * The predicate of a verdict (`https://seaworthy.dev/attestation/verdict/v1`): what was decided, and by digests all that it was
 * decided on, so that it can be decided again. A digest is `sha256:HEX`, or null where there was no such input.
 */
export interface VerdictPredicate {
  /** Of the manifest that was judged. */
  readonly imageDigest: string;
  /** Of the packages as they were found. */
  readonly sbomDigest: string | null;
  /** Of the advisory database. */
  readonly databaseDigest: string | null;
  /** Of the policy file. */
  readonly policyDigest: string | null;
  /** Of the exceptions. */
  readonly exceptionsDigest: string | null;
  /** The day by which ends of life and expiries were judged, `YYYY-MM-DD`. */
  readonly day: string;
  /** Version of Seaworthy. */
  readonly toolVersion: string;
  readonly decision: "pass" | "fail" | "unknown";
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
}

const decisions = ["pass", "fail", "unknown"] as const;
const digestGrammar = /^sha256:[a-f0-9]{64}$/;

/** Reads, and so checks, a verdict's predicate; unknown fields are left out. @throws SeaworthyError `malformed`. */
export function parseVerdictPredicate(value: unknown): VerdictPredicate {
  const what = "verdict";
  const whole = record(value, what);
  const decision = decisions.find((one) => one === whole["decision"]);
  if (decision === undefined)
    throw new SeaworthyError("malformed", `read ${what}: its decision is not ${decisions.join(", ")}`);
  return {
    imageDigest: digest(text(whole["imageDigest"], `${what}.imageDigest`), `${what}.imageDigest`),
    sbomDigest: optionalDigest(whole["sbomDigest"], `${what}.sbomDigest`),
    databaseDigest: optionalDigest(whole["databaseDigest"], `${what}.databaseDigest`),
    policyDigest: optionalDigest(whole["policyDigest"], `${what}.policyDigest`),
    exceptionsDigest: optionalDigest(whole["exceptionsDigest"], `${what}.exceptionsDigest`),
    day: day(text(whole["day"], `${what}.day`), what),
    toolVersion: text(whole["toolVersion"], `${what}.toolVersion`),
    decision,
    reasons: list(whole["reasons"], `${what}.reasons`).map((item, index) => {
      const reason = record(item, `${what}.reasons[${index}]`);
      const where = `${what}.reasons[${index}]`;
      return {
        code: text(reason["code"], `${where}.code`),
        message: text(reason["message"], `${where}.message`),
      };
    }),
  };
}

/** The predicate as JSON: one text for one verdict, whatever order its fields were put together in. @throws SeaworthyError `malformed`. */
export function writeVerdictPredicate(verdict: VerdictPredicate): string {
  return JSON.stringify(parseVerdictPredicate(verdict));
}

function digest(value: string, where: string): string {
  if (digestGrammar.test(value)) return value;
  throw new SeaworthyError("malformed", `read ${where}: "${value.slice(0, 160)}" is no sha256 digest`);
}

function optionalDigest(value: unknown, where: string): string | null {
  const found = optionalText(value, where);
  return found === undefined ? null : digest(found, where);
}

function day(value: string, what: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(value)) return value;
  throw new SeaworthyError("malformed", `read ${what}.day: "${value.slice(0, 40)}" is no day`);
}
