import { currencyChecks, judges, observedChecks, treeChecks } from "../checks/image/list.ts";
import type { CheckFinding, CheckHit, CheckText } from "../core/check.ts";
import type { Currency } from "../core/currency.ts";
import type { IndexedImage } from "../core/indexed.ts";
import { severityRank } from "../core/severity.ts";

/** What the build-phase checks say of an indexed image and how up to date it is, worst first. Pure. */
export function checkImage(image: IndexedImage, currency: Currency): readonly CheckFinding[] {
  const { finds, observations } = image.sights;
  const texts = new Map(
    [...treeChecks.map(({ text }) => text), ...observedChecks].map((text) => [text.id, text]),
  );
  const seen = [
    ...finds.map(({ check, ...find }) => findingOf(texts.get(check), find)),
    ...observations.map(({ check, path, ...found }) =>
      findingOf(texts.get(check), { ...found, paths: [path] }),
    ),
    ...judges.flatMap((check) => check.judge(image).map((hit) => findingOf(check.text, hit))),
    ...currencyChecks.flatMap((check) => check.judge(currency).map((hit) => findingOf(check.text, hit))),
  ];
  return seen.filter((finding) => finding !== undefined).sort(compare);
}

// A find of a check that is no longer there can only come out of an older cache.
function findingOf(text: CheckText | undefined, hit: CheckHit): CheckFinding | undefined {
  if (text === undefined) return undefined;
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

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
