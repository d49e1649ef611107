import type { Exception, ExceptionState } from "../core/exception.ts";
import type { Policy, Rule, Scope } from "../core/policy.ts";
import type { Baseline, Change, ImageVerdict, RuleReason, Verdict } from "../core/report.ts";
import type { Suppression } from "../core/suppression.ts";
import { compareText } from "../core/text-order.ts";
import type { VexState } from "../core/vex.ts";
import type { Json } from "./json-value.ts";

/** A policy as every report writes it. */
export function policyValue(policy: Policy): Json {
  const { failOn, onlyFixed, unownedExecutables, checks, rules, unknown, exceptions, baseline, signatures } =
    policy;
  return {
    failOn: failOn === "unknown" ? "any" : failOn,
    onlyFixed,
    unownedExecutables,
    checks: settingsValue(checks),
    rules: rules.map(ruleValue),
    unknown: sortedValue(unknown),
    exceptions: { longestDays: exceptions.longestDays, stale: exceptions.stale },
    baseline: { newAdvisories: baseline.newAdvisories, graceDays: sortedValue(baseline.graceDays) },
    signatures: { absent: signatures.absent, demand: signatures.demand },
  };
}

function settingsValue(checks: Policy["checks"]): Json {
  const entries = Object.entries(checks).sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(
    entries.map(([id, { severity, off = false, options = {} }]) => {
      return [id, { severity: severity ?? null, off, options: sortedValue(options) }];
    }),
  );
}

function ruleValue({ id, description, action, scope, target }: Rule): Json {
  return {
    id,
    description: description ?? null,
    action,
    scope: scope === undefined ? null : scopeValue(scope),
    about: target.about,
    where: sortedValue(target.where),
  };
}

function scopeValue({ images, repositories, namespaces, labels }: Scope): Json {
  return sortedValue({
    images,
    repositories,
    namespaces,
    labels: labels === undefined ? undefined : sortedValue(labels),
  });
}

/** Fields by name, those without a value left out. */
function sortedValue(fields: Readonly<Record<string, Json | undefined>> | object): Json {
  const entries: readonly (readonly [string, Json | undefined])[] = Object.entries(fields);
  const there = entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return Object.fromEntries(there.sort(([a], [b]) => compareText(a, b)));
}

/** A verdict as every report writes it. */
export function verdictValue({ decision, reasons }: Verdict): Json {
  return { decision, reasons: reasons.map(({ code, message }) => ({ code, message })) };
}

/** A verdict by a policy, with its rules. */
export function imageVerdictValue({ decision, reasons, warnings, toPass }: ImageVerdict): Json {
  return {
    decision,
    reasons: reasons.map(reasonValue),
    warnings: warnings.map(reasonValue),
    toPass: toPass.map(changeValue),
  };
}

function reasonValue({ code, message, rule, findings }: RuleReason): Json {
  return { code, message, rule, findings };
}

function changeValue(change: Change): Json {
  switch (change.kind) {
    case "upgrade": {
      const { kind, package: purl, layer, version, findings } = change;
      return { kind, package: purl, layer, version, findings };
    }
    case "edit":
      return { kind: change.kind, check: change.check, layer: change.layer, text: change.text };
    case "no-fix":
      return { kind: change.kind, package: change.package, layer: change.layer, ids: change.ids };
    case "other":
      return { kind: change.kind, text: change.text };
  }
}

/** Who says that a finding may stand. */
export function suppressionValue(suppression: Suppression): Json {
  if (suppression.kind === "vex") {
    const { kind, source, document, author, status, justification, statement } = suppression;
    return { kind, source, document, author, status, justification, statement };
  }
  const { kind, place, justification, reason, owner, expires } = suppression;
  return {
    kind,
    file: place.file,
    line: place.line,
    column: place.column,
    justification,
    reason,
    owner,
    expires,
  };
}

/** What became of an exception. */
export function exceptionStateValue({ exception, state, suppressed, message }: ExceptionState): Json {
  return { ...exceptionFields(exception), state, suppressed, message };
}

/** An exception. */
export function exceptionFields(exception: Exception): Readonly<Record<string, Json>> {
  const { id, package: purl, path, layer, scope, justification, reason, owner } = exception;
  const { created, expires, reopens, seen, place } = exception;
  return {
    id,
    package: purl ?? null,
    path: path ?? null,
    layer: layer ?? null,
    scope: scope === undefined ? null : scopeValue(scope),
    justification,
    reason,
    owner,
    created,
    expires,
    reopens,
    seen: sortedValue(seen),
    file: place.file,
    line: place.line,
    column: place.column,
  };
}

/** What became of a VEX statement. */
export function vexStateValue({
  statement,
  state,
  suppressed,
  message,
}: VexState): Readonly<Record<string, Json>> {
  const { document, vulnerability, aliases, products, status, justification } = statement;
  return {
    source: document.source,
    format: document.format,
    document: document.id,
    author: document.author,
    vulnerability,
    aliases,
    products: products.map(({ ids, subcomponents }) => ({ ids, subcomponents })),
    status,
    justification,
    statement: statement.statement,
    timestamp: statement.timestamp,
    state,
    suppressed,
    message,
  };
}

/** What an image was compared with. */
export function baselineValue(baseline: Baseline | null): Json {
  if (baseline === null) return null;
  const { reference, digest, changed, newAdvisories, known, mended, packages } = baseline;
  return { reference, digest, changed, newAdvisories, known, mended, packages: [...packages] };
}
