import type { CheckFinding } from "../../core/check.ts";
import type { Exception, ExceptionState } from "../../core/exception.ts";
import type { Finding } from "../../core/finding.ts";
import type { Package } from "../../core/package.ts";
import type { ExceptionLimits } from "../../core/policy.ts";
import type { Report, ReportLayer } from "../../core/report.ts";
import type { SuppressedCheck, SuppressedFinding, Suppression } from "../../core/suppression.ts";
import { type Candidate, candidatesOf, idFits, packageKey, type Selector, selectorOf } from "./candidate.ts";
import { nearestMiss } from "./nearest-miss.ts";
import { placeText } from "./problems.ts";
import { type ScopedImage, scopeDifference } from "./scope.ts";
import { type Fallen, fallenBy, reopenedBy } from "./standing.ts";

/** What exceptions are applied to. */
export interface ExceptionSubject {
  readonly image: ScopedImage;
  readonly findings: readonly Finding[];
  /** What VEX statements suppress already. */
  readonly suppressed: readonly SuppressedFinding[];
  readonly checks: readonly CheckFinding[];
  readonly undecided: Report["undecided"];
  readonly packages: readonly Package[];
  readonly layers: readonly ReportLayer[];
}

/** What exceptions leave, take away, and what became of each. */
export interface Excepted {
  readonly findings: readonly Finding[];
  /** By exceptions alone, in the findings' order. */
  readonly suppressed: readonly SuppressedFinding[];
  readonly checks: readonly CheckFinding[];
  readonly suppressedChecks: readonly SuppressedCheck[];
  /** In the exceptions' order. */
  readonly states: readonly ExceptionState[];
}

/** Applies exceptions in their order: the first that holds takes a finding. Pure. */
export function applyExceptions(
  subject: ExceptionSubject,
  exceptions: readonly Exception[],
  today: string,
  limits: Pick<ExceptionLimits, "longestDays">,
): Excepted {
  const { findings, checks, packages, layers, undecided } = subject;
  const candidates = candidatesOf(findings, checks, packages, layers);
  const settled = candidatesOf(subject.suppressed, [], packages, layers);
  const origins = new Map(settled.map((candidate, index) => [candidate, subject.suppressed[index]]));
  const find = finder(candidates);
  const findSettled = finder(settled);
  const taken = new Map<Candidate, Exception>();
  const trials = exceptions.map((exception): Trial => {
    const selector = selectorOf(exception);
    const outside = scopeDifference(exception.scope, subject.image);
    const fallen = fallenBy(exception, today, limits);
    const matched = outside === undefined ? find(selector) : [];
    const bySupplier = outside === undefined ? findSettled(selector).map((one) => origins.get(one)) : [];
    return { selector, outside, fallen, matched, bySupplier, ...take(exception, fallen, matched, taken) };
  });
  const around = { candidates: [...candidates, ...settled], undecided, packages };
  return {
    ...divide(candidates, taken),
    states: trials.map((trial) => stateOf(trial, taken, () => nearestMiss(trial.selector, around))),
  };
}

/** An exception with all that is known of it. */
interface Trial {
  readonly selector: Selector;
  /** Why the image is none of its scope. */
  readonly outside: string | undefined;
  readonly fallen: Fallen | undefined;
  readonly matched: readonly Candidate[];
  /** What it speaks of and VEX has settled. */
  readonly bySupplier: readonly (SuppressedFinding | undefined)[];
  readonly takes: readonly Candidate[];
  /** Why it takes no more what it speaks of. */
  readonly reopened: readonly string[];
}

function finder(candidates: readonly Candidate[]): (selector: Selector) => readonly Candidate[] {
  const byId = new Map<string, Candidate[]>();
  for (const candidate of candidates)
    for (const id of new Set(candidate.ids)) {
      const there = byId.get(id);
      if (there === undefined) byId.set(id, [candidate]);
      else there.push(candidate);
    }
  return (selector) => {
    const alike = selector.id === "*" ? candidates : (byId.get(selector.id) ?? []);
    return alike.filter((one) => idFits(selector, one) && selector.differences(one).length === 0);
  };
}

function take(
  exception: Exception,
  fallen: Fallen | undefined,
  matched: readonly Candidate[],
  taken: Map<Candidate, Exception>,
): Pick<Trial, "takes" | "reopened"> {
  const takes: Candidate[] = [];
  const reopened: string[] = [];
  if (fallen !== undefined) return { takes, reopened };
  for (const candidate of matched) {
    if (taken.has(candidate)) continue;
    const why = reopenedBy(exception, candidate);
    if (why !== undefined) reopened.push(why);
    else {
      takes.push(candidate);
      taken.set(candidate, exception);
    }
  }
  return { takes, reopened };
}

function stateOf(
  { selector, outside, fallen, matched, bySupplier, takes, reopened }: Trial,
  taken: ReadonlyMap<Candidate, Exception>,
  miss: () => string,
): ExceptionState {
  const { exception } = selector;
  const state = (word: ExceptionState["state"], message = ""): ExceptionState => ({
    exception,
    state: word,
    suppressed: takes.length,
    message,
  });
  if (outside !== undefined) return state("out-of-scope", outside);
  if (fallen !== undefined) return state(fallen.state, `${fallen.message}; ${speaksOf(matched.length)}`);
  const [why] = reopened;
  if (why !== undefined)
    return state(
      "reopened",
      `${why}${matched.length === 1 ? "" : `; ${reopened.length} of the ${matched.length} that it speaks of`}`,
    );
  const [first] = matched;
  if (first === undefined) {
    const [settled] = bySupplier;
    return settled === undefined ? state("unmatched", miss()) : state("shadowed", supplierOf(settled));
  }
  if (takes.length === 0) {
    const by = taken.get(first);
    return state(
      "shadowed",
      by === undefined ? "" : `${placeText(by.place)} (${by.id}) takes all that it speaks of`,
    );
  }
  return isBroad(exception, takes)
    ? state("over-broad", `it suppresses ${packageNames(takes)} and names no package, path or images`)
    : state("used");
}

function speaksOf(count: number): string {
  if (count === 0) return "nothing here is what it speaks of";
  return count === 1 ? "it speaks of 1 finding here" : `it speaks of ${count} findings here`;
}

function supplierOf({ suppression }: SuppressedFinding): string {
  const by = suppression.kind === "vex" ? ` (${suppression.document}: ${suppression.status})` : "";
  return `a VEX statement says so already${by}`;
}

function isBroad({ package: pkg, path, scope }: Exception, takes: readonly Candidate[]): boolean {
  const { images = [], repositories = [], namespaces = [], labels = {} } = scope ?? {};
  const patterns = [pkg, path, ...images, ...repositories, ...namespaces];
  const narrows =
    Object.keys(labels).length > 0 ||
    patterns.some((pattern) => pattern !== undefined && !isAnything(pattern));
  return !narrows && new Set(takes.map(packageKey)).size > 1;
}

// `**`, `pkg:deb/**`: it is written, and says nothing.
function isAnything(pattern: string): boolean {
  return /^(?:pkg:\/*[^/]*\/)?[*/]+(?:@\*+)?$/iu.test(pattern);
}

const mostNamed = 3;

function packageNames(takes: readonly Candidate[]): string {
  const names = [...new Set(takes.map(packageKey))];
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
  return `findings of ${names.slice(0, mostNamed).join(", ")}${more}`;
}

function divide(
  candidates: readonly Candidate[],
  taken: ReadonlyMap<Candidate, Exception>,
): Omit<Excepted, "states"> {
  const findings: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  const checks: CheckFinding[] = [];
  const suppressedChecks: SuppressedCheck[] = [];
  for (const candidate of candidates) {
    const { item } = candidate;
    const by = taken.get(candidate);
    if (item.kind === "finding") {
      if (by === undefined) findings.push(item.finding);
      else suppressed.push({ ...item.finding, suppression: suppressionOf(by) });
    } else if (by === undefined) checks.push(item.check);
    else suppressedChecks.push({ ...item.check, suppression: suppressionOf(by) });
  }
  return { findings, suppressed, checks, suppressedChecks };
}

function suppressionOf({ place, justification, reason, owner, expires }: Exception): Suppression {
  return { kind: "exception", place, justification, reason, owner, expires };
}
