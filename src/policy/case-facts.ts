import type { CheckFinding, CheckText } from "../core/check.ts";
import { daysBetween } from "../core/day.ts";
import type { Finding } from "../core/finding.ts";
import type { Package } from "../core/package.ts";
import type { Placement, SignatureRules } from "../core/policy.ts";
import { parsePurl } from "../core/purl.ts";
import type { Facts } from "../core/report.ts";
import { type TrustItem, trustDemand } from "../core/trust.ts";
import { type CaseFinding, type CasePackage, isNamed, type PolicyCase } from "./cases.ts";
import { cleanFacts } from "./clean-facts.ts";
import type { Placed } from "./shape.ts";

/** What a case is judged by: what is written in it, in place of what its report says. */
export interface CaseFacts {
  readonly facts: Facts;
  readonly placements: readonly Placement[];
}

/**
 * The facts of a case. `base`: its report's; undefined: those of an image in which nothing was found, and of which all that is demanded
 * is signed. `demand`: the policy's.
 */
export function caseFacts(
  { image = {}, today, findings, packages, checks, gaps, signatures }: PolicyCase,
  reported: Facts | undefined,
  texts: readonly CheckText[],
  demand: SignatureRules["demand"],
): CaseFacts {
  const base = reported ?? { ...cleanFacts, trust: trustOf("verified", demand) };
  const { reference, digest, labels, namespaces = [] } = image;
  const named = labels?.map(([{ value }, pattern]) => [value, pattern] as const);
  const added = packages?.flatMap(packageOf) ?? base.packages;
  const found = findings?.flatMap(findingOf);
  const missing = (found ?? []).filter(
    (one) => !added.some(({ purl, layer }) => purl === one.package && layer === one.layer),
  );
  const facts: Facts = {
    ...base,
    image: {
      ...base.image,
      reference: reference ?? base.image.reference,
      digest: digest ?? base.image.digest,
      labels: named === undefined ? base.image.labels : Object.fromEntries(named),
    },
    packages: [
      ...added,
      ...missing.flatMap((one) => packageOf({ purl: one.package, base: one.layer === 0 })),
    ],
    findings: found ?? base.findings,
    upgrades: found === undefined ? base.upgrades : [],
    checks: checks === undefined ? base.checks : checks.flatMap((name) => checkOf(name, texts)),
    trust: signatures === undefined ? base.trust : trustOf(signatures, demand),
    currency: currencyOf(image, today ?? base.currency.today, base),
    coverage:
      gaps === undefined
        ? base.coverage
        : { ...base.coverage, gaps: gaps.map((code) => ({ code, message: `${code} by this case` })) },
  };
  return { facts, placements: namespaces.map((namespace) => ({ namespace, labels: {} })) };
}

// All that is demanded stands in the same way.
function trustOf(
  state: NonNullable<PolicyCase["signatures"]>,
  demand: SignatureRules["demand"],
): Facts["trust"] {
  if (state === "unchecked") return null;
  const common = { subject: "", source: "case", payloadDigest: undefined, dockerReference: undefined };
  const items = demand.map(trustDemand).map((one): TrustItem => {
    const predicateType = one.kind === "signature" ? undefined : one.predicateType;
    const what = { ...common, kind: one.kind, predicateType };
    return state === "verified"
      ? { ...what, state, signer: { kind: "key", fingerprint: "", name: "case" }, reason: undefined }
      : { ...what, state: "invalid", signer: undefined, reason: badByCase };
  });
  return { subjects: [], items: state === "absent" ? [] : items, incomplete: [] };
}

const badByCase = { code: "signature-wrong", message: "by this case" } as const;

function currencyOf(
  { base: reference, created, endOfLife }: NonNullable<PolicyCase["image"]>,
  today: string,
  { currency }: Facts,
): Facts["currency"] {
  return {
    ...currency,
    today,
    ...(created === undefined ? {} : { created, ageDays: daysBetween(created, today) }),
    ...(endOfLife === undefined
      ? {}
      : {
          os: {
            id: "os",
            release: "1",
            endOfLife,
            days: daysBetween(today, endOfLife),
            ended: endOfLife < today,
          },
        }),
    ...(reference === undefined
      ? {}
      : {
          base: {
            reference,
            namedBy: "option" as const,
            digest: "",
            behind: null,
            layers: 1,
            sharedLayers: 1,
          },
        }),
  };
}

function findingOf(one: CaseFinding): readonly Finding[] {
  const { id, severity, package: purl, fixed = [], aliases = [], kev = false, base = false } = one;
  if (id === undefined || severity === undefined || purl === undefined) return [];
  return [
    {
      id,
      aliases,
      package: purl,
      severity,
      severitySource: "case",
      fix: fixed.length === 0 ? { state: "not-fixed", versions: [] } : { state: "fixed", versions: fixed },
      fixedSince: one.fixedSince,
      layer: base ? 0 : 1,
      kev,
      epss: one.epss,
      since: one.since,
      summary: "",
      evidence: [],
    },
  ];
}

const packageTypes = ["deb", "apk", "rpm", "npm", "pypi", "maven", "golang", "cargo", "generic"] as const;

function packageOf({ purl, licences = [], base = false }: CasePackage): readonly Package[] {
  if (purl === undefined) return [];
  const { type, namespace, name, version = "0" } = parsePurl(purl);
  const layer = base ? 0 : 1;
  const known = packageTypes.find((one) => one === type) ?? "generic";
  return [{ type: known, namespace, name, version, purl, licences, layer, locations: [] }];
}

function checkOf(name: Placed<string>, texts: readonly CheckText[]): readonly CheckFinding[] {
  return texts
    .filter((text) => isNamed(text, name.value))
    .map(({ id, aliases, title, severity, why, remedy }) => ({
      id,
      aliases,
      title,
      severity,
      why,
      remedy,
      message: "by this case",
      layer: 1,
      findings: 0,
    }));
}
