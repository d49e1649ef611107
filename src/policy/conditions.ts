import type { CheckFinding } from "../core/check.ts";
import { daysBetween } from "../core/day.ts";
import type { Finding } from "../core/finding.ts";
import { canBeTaken } from "../core/licence.ts";
import type { Package } from "../core/package.ts";
import type { CheckCondition, FindingCondition, PackageCondition } from "../core/policy.ts";
import { atLeast } from "../core/severity.ts";
import { checkValues, findingValues, packageValues } from "./expression-values.ts";
import { fitsAnyCase, fitsOne, packageFitsOne } from "./patterns.ts";
import { type Unrated, unratedByField, unratedByText } from "./ratings.ts";
import type { Subject } from "./subject.ts";
import type { Expression } from "./when.ts";

/** Does a condition hold? `undecided`: why it cannot be told. */
export type Answer = boolean | Unrated | { readonly undecided: string; readonly code?: undefined };

/** A condition's expression; undefined where it has none. */
export type When = Expression | undefined;

/** Does a finding fit a rule? */
export function findingFits(finding: Finding, where: FindingCondition, when: When, subject: Subject): Answer {
  const { severity, fixable, kev, epss, fixedForDays, ids, packages, from } = where;
  if (severity !== undefined && !atLeast(finding.severity, severity)) return false;
  if (fixable !== undefined && fixable !== (finding.fix.state === "fixed")) return false;
  const unrated = unratedByField(finding, where, subject.missing);
  if (unrated?.code !== "kev-missing" && kev !== undefined && kev !== finding.kev) return false;
  if (unrated?.code !== "epss-missing" && epss !== undefined && (finding.epss ?? -1) < epss) return false;
  if (fixedForDays !== undefined && fixedFor(finding, subject) < fixedForDays) return false;
  if (ids !== undefined && ![finding.id, ...finding.aliases].some((id) => fitsOne(ids, id))) return false;
  return all(
    () => packages === undefined || isIn(packages, finding, subject),
    () => isFrom(from, finding.layer, subject),
    () => unrated ?? true,
    () =>
      unratedByText([finding], where.when, subject.missing) ??
      holds(where.when, when, () => findingValues(finding, subject)),
  );
}

/** Does what a check found fit a rule? */
export function checkFits(check: CheckFinding, where: CheckCondition, when: When, subject: Subject): Answer {
  const { severity, ids, from } = where;
  if (severity !== undefined && !atLeast(check.severity, severity)) return false;
  if (ids !== undefined && ![check.id, ...check.aliases].some((id) => fitsOne(ids, id))) return false;
  return all(
    () => isFrom(from, check.layer, subject),
    () => holds(where.when, when, () => checkValues(check, subject)),
  );
}

/** Does a package fit a rule? */
export function packageFits(pkg: Package, where: PackageCondition, when: When, subject: Subject): Answer {
  const { packages, licencesDenied, licencesAllowed, behindDays } = where;
  if (packages !== undefined && !packageFitsOne(packages, pkg)) return false;
  if (licencesDenied !== undefined && pkg.licences.every((one) => canBeTaken(one, not(licencesDenied))))
    return false;
  if (licencesAllowed !== undefined && pkg.licences.length > 0) {
    const taken = pkg.licences.every((one) => canBeTaken(one, (id) => fitsAnyCase(licencesAllowed, id)));
    if (taken) return false;
  }
  return all(
    () => behindDays === undefined || isBehind(pkg, behindDays, subject),
    () => holds(where.when, when, () => packageValues(pkg, subject)),
  );
}

/** Does an expression hold? One that is asked for and was not compiled cannot be told. */
export function holds(
  text: string | undefined,
  when: When,
  values: () => Readonly<Record<string, unknown>>,
): Answer {
  if (text === undefined) return true;
  if (when === undefined) return { undecided: "its expression was not compiled" };
  const answer = when(values());
  return typeof answer === "boolean"
    ? answer
    : { undecided: `its expression gives no answer: ${answer.failed}` };
}

// What is surely not so needs no answer to the others.
function all(...conditions: readonly (() => Answer)[]): Answer {
  let undecided: Answer = true;
  for (const condition of conditions) {
    const answer = condition();
    if (answer === false) return false;
    if (answer !== true && undecided === true) undecided = answer;
  }
  return undecided;
}

function fixedFor({ fix, fixedSince }: Finding, { facts }: Subject): number {
  if (fix.state !== "fixed" || fixedSince === undefined) return -1;
  return daysBetween(fixedSince, facts.currency.today);
}

function isFrom(
  from: "base" | "application" | undefined,
  index: number | undefined,
  subject: Subject,
): Answer {
  if (from === undefined) return true;
  // What only the config says is the last one's who wrote it.
  if (index === undefined) return from === "application";
  const fromBase = subject.isBase(index);
  if (fromBase === null) return { undecided: `nobody tells whether layer ${index} is of the base image` };
  return fromBase === (from === "base");
}

function isIn(patterns: readonly string[], finding: Finding, subject: Subject): Answer {
  const pkg = subject.packageAt(finding.package, finding.layer);
  return pkg === undefined ? { undecided: "its package is not listed" } : packageFitsOne(patterns, pkg);
}

// SPDX ids are the same in any case.
function not(denied: readonly string[]): (id: string) => boolean {
  return (id) => !fitsAnyCase(denied, id);
}

function isBehind(pkg: Package, days: number, { facts }: Subject): Answer {
  const { packages, today } = facts.currency;
  if (packages === null) return { undecided: "no package index was asked for" };
  const current = packages.find(({ purl, layer }) => purl === pkg.purl && layer === pkg.layer);
  if (current === undefined || current.versionsBehind === null || current.versionsBehind === 0) return false;
  if (current.newestSince === null)
    return { undecided: `nobody tells since when ${current.newest ?? "a newer version"} is out` };
  return daysBetween(current.newestSince, today) > days;
}
