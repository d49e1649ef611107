import { stringify } from "yaml";
import type { Policy, Rule } from "../core/policy.ts";

/** A policy as it would be written without extending another: read again on top of the preset `recommended` it is the same. */
export function policyText(policy: Policy): string {
  const { failOn, onlyFixed, unownedExecutables, checks, rules, unknown, exceptions, baseline, signatures } =
    policy;
  const settings = Object.entries(checks).map(([id, { severity, off, options }]) => [
    id,
    off === true ? "off" : options === undefined ? severity : present({ severity, options }),
  ]);
  const grace = Object.entries(baseline.graceDays).map(([severity, days]) => [severity, `${days}d`]);
  return stringify(
    present({
      version: 1,
      failOn: failOn === "unknown" ? "any" : failOn,
      onlyFixed,
      unownedExecutables,
      unknown: full(unknown),
      checks: full(Object.fromEntries(settings)),
      rules: rules.length === 0 ? undefined : rules.map(ruleDocument),
      exceptions: present({
        longest: exceptions.longestDays === null ? undefined : `${exceptions.longestDays}d`,
        stale: exceptions.stale,
      }),
      baseline: present({
        newAdvisories: baseline.newAdvisories,
        grace: full(Object.fromEntries(grace)),
      }),
      signatures,
    }),
    { lineWidth: 0 },
  );
}

function ruleDocument({ id, description, action, scope, target }: Rule): object {
  return present({ id, description, action, scope, [target.about]: conditionDocument(target) });
}

function conditionDocument(target: Rule["target"]): object {
  switch (target.about) {
    case "finding": {
      const { fixedForDays, ...rest } = target.where;
      return present({ ...rest, fixedFor: written(fixedForDays) });
    }
    case "check":
      return target.where;
    case "package": {
      const { licencesAllowed, licencesDenied, behindDays, ...rest } = target.where;
      const licences = full(present({ allow: licencesAllowed, deny: licencesDenied }));
      return present({ ...rest, licences, behind: written(behindDays) });
    }
    case "image": {
      const { endOfLifeWithinDays, olderThanDays, basesAllowed, ...rest } = target.where;
      return present({
        ...rest,
        endOfLife: written(endOfLifeWithinDays),
        olderThan: written(olderThanDays),
        bases: basesAllowed,
      });
    }
  }
}

function written(days: number | undefined): string | undefined {
  return days === undefined ? undefined : `${days}d`;
}

function full<T extends object>(fields: T): T | undefined {
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function present(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
