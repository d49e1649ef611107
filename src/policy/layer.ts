import type { CheckText } from "../core/check.ts";
import { checkSettingsOf } from "../core/check-settings.ts";
import { nearest } from "../core/nearest.ts";
import type { CheckSetting, Policy, Rule, RuleTarget, Scope } from "../core/policy.ts";
import { knownPredicateType } from "../core/trust.ts";
import type { About } from "./expression-types.ts";
import { type PolicyDocument, type RuleDocument, targets } from "./policy-shape.ts";
import { shorthandRules } from "./reasons.ts";
import { settingsOver } from "./settle.ts";
import { expected, type Placed, type Reader } from "./shape.ts";

/** What one document says, to be put over what it extends. */
export interface PolicyLayer {
  readonly rules: readonly Rule[];
  readonly whens: readonly { readonly about: About; readonly when: Placed<string> }[];
  over(below: Policy): Policy;
}

type Checks = readonly CheckText[];

/** Reads what a document's words mean; what is wrong is told to its reader. `inherited`: ids of the rules below; undefined where they could not be read. */
export function layerOf(
  document: PolicyDocument,
  reader: Reader,
  known: Checks,
  inherited: ReadonlySet<string> | undefined,
): PolicyLayer {
  const checks = checksOf(document, reader, known);
  const rules = rulesOf(document, reader, inherited);
  const { failOn, onlyFixed, unownedExecutables, exceptions, baseline, signatures } = document;
  return {
    rules: rules.map(({ rule }) => rule),
    whens: rules.flatMap(({ when }) => (when === undefined ? [] : [when])),
    over: (below) => ({
      failOn: failOn === undefined ? below.failOn : failOn === "any" ? "unknown" : failOn,
      onlyFixed: onlyFixed ?? below.onlyFixed,
      unownedExecutables: unownedExecutables ?? below.unownedExecutables,
      checks: settingsOver(below.checks, checks),
      rules: rulesOver(
        below.rules,
        rules.map(({ rule }) => rule),
      ),
      unknown: { ...below.unknown, ...byName(document.unknown) },
      exceptions: {
        longestDays: exceptions?.longest ?? below.exceptions.longestDays,
        stale: exceptions?.stale ?? below.exceptions.stale,
      },
      baseline: {
        newAdvisories: baseline?.newAdvisories ?? below.baseline.newAdvisories,
        graceDays: { ...below.baseline.graceDays, ...byName(baseline?.grace) },
      },
      signatures: {
        absent: signatures?.absent ?? below.signatures.absent,
        demand:
          signatures?.demand?.map((word) => knownPredicateType(word) ?? word) ?? below.signatures.demand,
      },
    }),
  };
}

// A rule with the id of an inherited one stands in its place, `off` takes it away.
function rulesOver(below: readonly Rule[], own: readonly Rule[]): readonly Rule[] {
  const byId = new Map(own.map((rule) => [rule.id, rule]));
  const kept = below.map((rule) => byId.get(rule.id) ?? rule);
  const added = own.filter(({ id }) => !below.some((rule) => rule.id === id));
  return [...kept, ...added].filter(({ action }) => action !== "off");
}

function byName<T>(entries: readonly (readonly [Placed<string>, T])[] = []): Readonly<Record<string, T>> {
  return Object.fromEntries(entries.map(([{ value }, one]) => [value, one]));
}

function checksOf({ checks = [] }: PolicyDocument, reader: Reader, known: Checks): Policy["checks"] {
  const settings = checks.flatMap(([name, setting]): (readonly [string, CheckSetting])[] => {
    const meant = known.filter(({ id, aliases }) => [id, ...aliases].includes(name.value.toUpperCase()));
    if (meant.length === 0) return unknownCheck(name, reader, known);
    return meant.map(({ id }) => [id, settingOf(id, setting, reader, known)]);
  });
  return Object.fromEntries(settings);
}

type WrittenSetting = NonNullable<PolicyDocument["checks"]>[number][1];

function settingOf(id: string, setting: WrittenSetting, reader: Reader, known: Checks): CheckSetting {
  if (setting === "off") return { off: true };
  if (typeof setting === "string") return { severity: setting };
  const { severity, options = [] } = setting;
  const raw = { severity, options: byName(options) };
  const { settings, problems } = checkSettingsOf({ [id]: raw }, known);
  for (const { option, message } of problems) {
    const at = options.find(([name]) => name.value === option)?.[0].at ?? 0;
    expected(reader, at, `options that ${id} has: ${message}`);
  }
  return settings[id] ?? {};
}

function unknownCheck({ value, at }: Placed<string>, reader: Reader, known: Checks): [] {
  const best = nearest(
    value.toUpperCase(),
    known.map(({ id }) => id),
  );
  expected(
    reader,
    at,
    `the id or an alias of a check, found "${value}"${best === undefined ? "" : ` (the nearest is ${best})`}`,
  );
  return [];
}

interface ReadRule {
  readonly rule: Rule;
  readonly when: { readonly about: About; readonly when: Placed<string> } | undefined;
}

function rulesOf(
  { rules = [] }: PolicyDocument,
  reader: Reader,
  inherited: ReadonlySet<string> | undefined,
): readonly ReadRule[] {
  const seen = new Set<string>();
  return rules.flatMap(({ value, at }): readonly ReadRule[] => {
    if (value.id === undefined) return [];
    const { value: id, at: idAt } = value.id;
    if (seen.has(id)) expected(reader, idAt, `an id for each rule, found "${id}" twice`);
    seen.add(id);
    if (Object.values<string>(shorthandRules).includes(id))
      expected(reader, idAt, `another id: "${id}" is what failOn stands for`);
    const action = value.action ?? "fail";
    const given = targets.filter((target) => target in value);
    if (action === "off") return offRule(id, idAt, reader, inherited);
    const [about] = given;
    if (about === undefined || given.length > 1) {
      expected(
        reader,
        at,
        `one of ${targets.join(", ")} in rule "${id}", found ${given.join(" and ") || "none"}`,
      );
      return [];
    }
    const { description, scope } = value;
    const rule: Rule = { id, description, action, scope: scopeOf(scope), target: targetOf(about, value) };
    const when = value[about]?.when;
    return [{ rule: defined(rule), when: when === undefined ? undefined : { about, when } }];
  });
}

function offRule(
  id: string,
  at: number,
  reader: Reader,
  inherited: ReadonlySet<string> | undefined,
): readonly ReadRule[] {
  if (inherited?.has(id) === false) {
    const best = nearest(id, [...inherited]);
    const hint = best === undefined ? "there is none" : `the nearest is ${best}`;
    expected(reader, at, `the id of an inherited rule to take away, found "${id}" (${hint})`);
  }
  return [{ rule: { id, action: "off", target: { about: "finding", where: {} } }, when: undefined }];
}

function scopeOf(scope: RuleDocument["scope"]): Scope | undefined {
  if (scope === undefined) return undefined;
  const { labels, ...rest } = scope;
  return labels === undefined ? rest : { ...rest, labels: byName(labels) };
}

function targetOf(about: About, rule: RuleDocument): RuleTarget {
  switch (about) {
    case "finding": {
      const { fixedFor, when, ...rest } = rule.finding ?? {};
      return { about, where: defined({ ...rest, fixedForDays: fixedFor, when: when?.value }) };
    }
    case "check": {
      const { when, ...rest } = rule.check ?? {};
      return { about, where: defined({ ...rest, when: when?.value }) };
    }
    case "package": {
      const { licences, behind, packages, when } = rule.package ?? {};
      const { deny, allow } = licences ?? {};
      const where = {
        packages,
        licencesDenied: deny,
        licencesAllowed: allow,
        behindDays: behind,
        when: when?.value,
      };
      return { about, where: defined(where) };
    }
    case "image": {
      const { endOfLife, olderThan, bases, baseBehind, when } = rule.image ?? {};
      const where = {
        endOfLifeWithinDays: endOfLife,
        olderThanDays: olderThan,
        basesAllowed: bases,
        baseBehind,
      };
      return { about, where: defined({ ...where, when: when?.value }) };
    }
  }
}

/** Without the fields that are not there. */
function defined<T extends object>(fields: T): T {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/consistent-type-assertions -- every field may be left out by its type
  return Object.fromEntries(there) as T;
}
