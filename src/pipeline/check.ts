import { checkTexts, currencyChecks, judges, treeChecks } from "../checks/image/list.ts";
import type { CheckFinding, CheckHit, CheckText } from "../core/check.ts";
import type { Currency } from "../core/currency.ts";
import type { Finding } from "../core/finding.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Package } from "../core/package.ts";
import type { Policy } from "../core/policy.ts";
import { severityRank } from "../core/severity.ts";
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
  addSeen(image, add);
  for (const judge of judges)
    if (settings[judge.text.id]?.off !== true) for (const hit of judge.judge(image)) add(judge.text.id, hit);
  for (const check of currencyChecks) for (const hit of check.judge(currency)) add(check.text.id, hit);
  return found.sort(compare);
}

function addSeen(image: IndexedImage, add: (id: string, hit: CheckHit) => void): void {
  const { config, sights } = image;
  const byId = new Map(treeChecks.map((check) => [check.text.id, check]));
  for (const find of sights.finds)
    if (byId.get(find.check)?.counts?.(find, config) !== false) add(find.check, find);
  for (const { check, path, ...observed } of sights.observations) add(check, { ...observed, paths: [path] });
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
