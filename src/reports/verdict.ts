import { isDay } from "../core/day.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import type { Report, RuleReason } from "../core/report.ts";
import { compareText } from "../core/text-order.ts";
import { answering, demandState, type Signer, type TrustFacts, trustDemand } from "../core/trust.ts";
import { sha256Digest } from "../formats/digest.ts";
import { list, optionalText, record, text, textList } from "../formats/shape.ts";
import { findingValue, packageValue } from "./json.ts";
import type { Json } from "./json-value.ts";
import {
  baselineValue,
  exceptionFields,
  policyValue,
  suppressionValue,
  vexStateValue,
} from "./json-verdict.ts";

/**
 * The predicate of a verdict (`https://seaworthy.dev/attestation/verdict/v1`): what was decided, and by digests all that it was
 * decided on, so that it can be decided again. A digest is `sha256:HEX`, or null where there was no such input.
 */
export interface VerdictPredicate {
  /** As it was written. */
  readonly reference: string;
  /** Of the manifest that was judged. */
  readonly imageDigest: string;
  /** Of the packages as they were found. */
  readonly sbomDigest: string | null;
  /** Of the advisory database. */
  readonly databaseDigest: string | null;
  /** Of the policy with all that it extends and the command line changes. */
  readonly policyDigest: string | null;
  /** Of all exceptions that were given. */
  readonly exceptionsDigest: string | null;
  /** Of the VEX statements that speak of the image's flaws. */
  readonly vexDigest: string | null;
  /** Of what the image was compared with. */
  readonly baselineDigest: string | null;
  /** Of the states of the signatures and attestations that the policy demands, and of the good ones and their signers. */
  readonly trustDigest: string | null;
  /** The day by which ends of life and expiries were judged, `YYYY-MM-DD`. */
  readonly day: string;
  /** Version of Seaworthy. */
  readonly toolVersion: string;
  readonly decision: "pass" | "fail" | "unknown";
  readonly reasons: readonly VerdictReason[];
  readonly warnings: readonly VerdictReason[];
  /** Of the findings, suppressed ones with what suppresses them, and of what the checks found. */
  readonly findingsDigest: string | null;
}

/** A reason as a verdict holds it. */
export interface VerdictReason extends Pick<RuleReason, "code" | "message" | "rule"> {
  readonly findings: readonly string[];
}

/**
 * The verdict of a report with digests of all that it was made from. Pure: the same report, the same bytes.
 * @throws SeaworthyError `unsupported` for an image without a digest: nobody could say which one was judged.
 */
export function verdictOf(report: Report, toolVersion: string): VerdictPredicate {
  const { image, packages, coverage, policy, exceptions, vex, baseline, trust, currency, verdict } = report;
  if (image.digest === null)
    throw new SeaworthyError(
      "unsupported",
      `record verdict of "${image.reference}": the image has no digest`,
      {
        hint: "name an image of a registry, an archive or a layout",
      },
    );
  return {
    reference: image.reference,
    imageDigest: image.digest,
    sbomDigest: digestOf(packages.map(packageValue)),
    databaseDigest: coverage.database.digest === "" ? null : coverage.database.digest,
    policyDigest: digestOf(policyValue(policy)),
    exceptionsDigest:
      exceptions.length === 0
        ? null
        : digestOf(exceptions.map(({ exception }) => exceptionFields(exception))),
    vexDigest: vex.length === 0 ? null : digestOf(vex.map(vexStateValue)),
    baselineDigest: baseline === null ? null : digestOf(baselineValue(baseline)),
    trustDigest: trust === null ? null : digestOf(demandedTrust(trust, policy)),
    day: currency.today,
    toolVersion,
    decision: verdict.decision,
    reasons: verdict.reasons.map(reasonOf),
    warnings: verdict.warnings.map(reasonOf),
    findingsDigest: digestOf({
      findings: report.findings.map(findingValue),
      suppressed: report.suppressed.map((one) => [findingValue(one), suppressionValue(one.suppression)]),
      checks: [...report.checks, ...report.suppressedChecks].map(({ id, severity, message }) => [
        id,
        severity,
        message,
      ]),
    }),
  };
}

function reasonOf({ code, message, rule, findings }: RuleReason): VerdictReason {
  return { code, message, rule, findings };
}

// What nobody demands is left out: the verdict itself is attested to its image when it is made, and must come out the same after that.
// Places are, too: the same attestation hangs on an image by several ways.
function demandedTrust(trust: TrustFacts, { signatures }: Policy): Json {
  const { incomplete } = trust;
  const demands = signatures.demand.map((word) => {
    const demand = trustDemand(word);
    const good = answering(trust, demand).flatMap(({ signer, payloadDigest = "" }) =>
      signer === undefined ? [] : [`${payloadDigest} ${signerId(signer)}`],
    );
    return [word, demandState(trust, demand), [...new Set(good)].toSorted(compareText)];
  });
  return { demands, incomplete };
}

function signerId(signer: Signer): string {
  return signer.kind === "key" ? signer.fingerprint : `${signer.issuer} ${signer.identity}`;
}

function digestOf(value: Json): string {
  return sha256Digest(JSON.stringify(value));
}

/** The verdict as `--format verdict` writes it. */
export function verdictJson(report: Report, toolVersion: string): string {
  return `${JSON.stringify(verdictOf(report, toolVersion), undefined, 2)}\n`;
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
  const optional = (name: string): string | null => optionalDigest(whole[name], `${what}.${name}`);
  return {
    reference: text(whole["reference"], `${what}.reference`),
    imageDigest: digest(text(whole["imageDigest"], `${what}.imageDigest`), `${what}.imageDigest`),
    sbomDigest: optional("sbomDigest"),
    databaseDigest: optional("databaseDigest"),
    policyDigest: optional("policyDigest"),
    exceptionsDigest: optional("exceptionsDigest"),
    vexDigest: optional("vexDigest"),
    baselineDigest: optional("baselineDigest"),
    trustDigest: optional("trustDigest"),
    day: day(text(whole["day"], `${what}.day`), what),
    toolVersion: text(whole["toolVersion"], `${what}.toolVersion`),
    decision,
    reasons: reasons(whole["reasons"], `${what}.reasons`),
    warnings: reasons(whole["warnings"], `${what}.warnings`),
    findingsDigest: optional("findingsDigest"),
  };
}

function reasons(value: unknown, where: string): readonly VerdictReason[] {
  return list(value, where).map((item, index) => {
    const at = `${where}[${index}]`;
    const reason = record(item, at);
    return {
      code: text(reason["code"], `${at}.code`),
      message: text(reason["message"], `${at}.message`),
      rule: optionalText(reason["rule"], `${at}.rule`) ?? null,
      findings: textList(reason["findings"], `${at}.findings`),
    };
  });
}

/** The predicate as JSON: one text for one verdict, whatever order its fields were put together in. @throws SeaworthyError `malformed`. */
export function writeVerdictPredicate(verdict: VerdictPredicate): string {
  return JSON.stringify(parseVerdictPredicate(verdict));
}

/** An input or an outcome in which two verdicts differ. */
export interface VerdictDifference {
  readonly what: string;
  readonly recorded: string;
  readonly now: string;
}

const inputs = [
  ["imageDigest", "image"],
  ["sbomDigest", "packages"],
  ["databaseDigest", "advisory database"],
  ["policyDigest", "policy"],
  ["exceptionsDigest", "exceptions"],
  ["vexDigest", "VEX statements"],
  ["baselineDigest", "baseline"],
  ["trustDigest", "signatures"],
  ["day", "day"],
  ["toolVersion", "version of Seaworthy"],
] as const;

/** The inputs in which a verdict made again differs from the recorded one; then, in `outcome`, whether it came out the same. */
export function compareVerdicts(
  recorded: VerdictPredicate,
  now: VerdictPredicate,
): { readonly inputs: readonly VerdictDifference[]; readonly same: boolean } {
  const differing = inputs.flatMap(([name, what]) => {
    const [before, after] = [recorded[name] ?? "none", now[name] ?? "none"];
    return before === after ? [] : [{ what, recorded: before, now: after }];
  });
  return { inputs: differing, same: writeVerdictPredicate(recorded) === writeVerdictPredicate(now) };
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
  if (isDay(value)) return value;
  throw new SeaworthyError("malformed", `read ${what}.day: "${value.slice(0, 40)}" is no day`);
}
