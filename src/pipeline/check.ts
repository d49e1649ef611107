import { isAllowed } from "../checks/image/allowed.ts";
import { checkTexts, currencyChecks, judges, treeChecks, visibleChecks } from "../checks/image/list.ts";
import type { CheckFinding, CheckHit, CheckOptions, CheckText } from "../core/check.ts";
import type { Currency } from "../core/currency.ts";
import type { Finding } from "../core/finding.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Package } from "../core/package.ts";
import type { Policy } from "../core/policy.ts";
import { severityRank } from "../core/severity.ts";
import type { FindMember, TreeFind } from "../core/sights.ts";
import { compareText } from "../core/text-order.ts";

type Settings = Policy["checks"];

/** What the build-phase checks say of an indexed image and how up to date it is, worst first; `findings` of its packages are counted where they belong. Pure. */
export function checkImage(
  image: IndexedImage,
  currency: Currency,
  settings: Settings,
  findings: readonly Finding[],
): readonly CheckFinding[] {
  const texts = new Map(checkTexts.map((text) => [text.id, text]));
  const count = findingCounter(image.packages, findings);
  const found: CheckFinding[] = [];
  const add = (id: string, hit: CheckHit): void => {
    const text = texts.get(id);
    const { off = false, severity } = settings[id] ?? {};
    // A find of a check that is no longer there can only come out of an older cache.
    if (text === undefined || off) return;
    found.push(findingOf({ ...text, severity: severity ?? text.severity }, hit, count(hit.owners ?? [])));
  };
  const optionsOf = (id: string): CheckOptions => settings[id]?.options ?? noOptions;
  addSeen(image, optionsOf, add);
  for (const judge of judges) {
    const { id } = judge.text;
    if (settings[id]?.off !== true)
      for (const hit of firstOf(judge.judge(image, optionsOf(id)))) add(id, hit);
  }
  for (const check of currencyChecks) {
    const { id } = check.text;
    for (const hit of firstOf(check.judge(currency, optionsOf(id)))) add(id, hit);
  }
  return found.sort(compare);
}

const noOptions: CheckOptions = {};

/** Most findings of one judge: a config of a few megabytes can make a million. */
const mostHits = 1000;

function firstOf(hits: readonly CheckHit[]): readonly CheckHit[] {
  if (hits.length <= mostHits) return hits;
  return [...hits.slice(0, mostHits), { message: `${hits.length - mostHits} more of these` }];
}

function addSeen(
  { config, sights }: IndexedImage,
  optionsOf: (id: string) => CheckOptions,
  add: (id: string, hit: CheckHit) => void,
): void {
  const byId = new Map(treeChecks.map((check) => [check.text.id, check]));
  for (const seen of sights.finds) {
    const options = optionsOf(seen.check);
    const find = withoutAllowed(seen, options);
    if (find.entries > 0 && byId.get(find.check)?.counts?.(find, config, options) !== false)
      add(find.check, hitOf(find));
  }
  for (const { check, path, ...observed } of sights.observations) {
    const isGone = observed.removedIn !== undefined && visibleChecks.has(check);
    if (!isGone && !isAllowed(optionsOf(check), path)) add(check, { ...observed, paths: [path] });
  }
}

// Members beyond those that are kept stay counted: what nobody names is not allowed.
function withoutAllowed(find: TreeFind, options: CheckOptions): TreeFind {
  const isPassed = ({ path, item }: FindMember): boolean => isAllowed(options, path, item);
  const passed = find.members.filter(isPassed);
  if (passed.length === 0) return find;
  return {
    ...find,
    members: find.members.filter((member) => !isPassed(member)),
    entries: passed.reduce((left, { entries }) => left - entries, find.entries),
    bytes: passed.reduce((left, { bytes }) => left - bytes, find.bytes),
  };
}

const mostPaths = 20;

function hitOf({ message, layer, members, entries, bytes }: TreeFind): CheckHit {
  const items = sorted(members.map(({ item }) => item));
  return {
    message: items.length === 0 ? message : `${message}: ${items.join(", ")}`,
    layer,
    paths: members.slice(0, mostPaths).map(({ path }) => path),
    entries,
    bytes,
    owners: sorted(members.map(({ owner }) => owner)),
  };
}

function sorted(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== undefined))].sort(compareText);
}

// Owners are written `deb curl`: type and name of a visible package.
function findingCounter(
  packages: readonly Package[],
  findings: readonly Finding[],
): (owners: readonly string[]) => number {
  const byPurl = new Map<string, number>();
  for (const { package: purl } of findings) byPurl.set(purl, (byPurl.get(purl) ?? 0) + 1);
  const byOwner = new Map<string, Set<string>>();
  for (const { type, name, purl } of packages) {
    const owner = `${type} ${name}`;
    byOwner.set(owner, (byOwner.get(owner) ?? new Set<string>()).add(purl));
  }
  return (owners) => {
    const purls = new Set(owners.flatMap((owner) => [...(byOwner.get(owner) ?? [])]));
    return [...purls].reduce((sum, purl) => sum + (byPurl.get(purl) ?? 0), 0);
  };
}

function findingOf(text: CheckText, hit: CheckHit, findings: number): CheckFinding {
  const { id, aliases, title, severity, why, remedy } = text;
  const { message, layer, paths, entries, bytes, line, removedIn, owners } = hit;
  return {
    id,
    aliases,
    title,
    severity,
    why,
    remedy,
    message,
    layer,
    paths,
    entries,
    bytes,
    line,
    removedIn,
    owners,
    findings,
  };
}

function compare(a: CheckFinding, b: CheckFinding): number {
  return (
    severityRank(a.severity) - severityRank(b.severity) ||
    compareText(a.id, b.id) ||
    (a.layer ?? -1) - (b.layer ?? -1) ||
    compareText(a.paths?.[0] ?? "", b.paths?.[0] ?? "") ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareText(a.message, b.message)
  );
}
