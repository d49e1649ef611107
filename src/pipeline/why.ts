import type { Advisory, AdvisoryDatabase, Affected, KnownExploited } from "../core/advisory.ts";
import type { Evidence, Finding, Undecided } from "../core/finding.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { HiddenPackage, Package } from "../core/package.ts";
import { fullName } from "../core/package-name.ts";
import { placeOf } from "../core/place.ts";
import type { Gap } from "../core/report.ts";
import { matchImage } from "./match.ts";
import { matchNotes } from "./match-notes.ts";
import { decideEntry, keysOf } from "./match-package.ts";
import { type SkipCode, skipper } from "./skip.ts";

/** Why a flaw is no finding for one package, or for the image. */
export interface Dismissal {
  readonly code:
    | "unknown-id"
    | "package-absent"
    | "not-affected"
    | "vendor-cleared"
    | "withdrawn"
    | "hidden-in-lower-layer"
    | "owned-by-os-package"
    | "third-party-package"
    | "unwatched-program";
  readonly message: string;
  /** purl; null when it is of the image as a whole. */
  readonly package: string | null;
  readonly layer: number | null;
  readonly evidence: Evidence | null;
}

/** All that can be said of one flaw and one image. */
export interface Explanation {
  readonly id: string;
  readonly advisories: readonly Advisory[];
  readonly knownExploited: KnownExploited | undefined;
  readonly findings: readonly { readonly finding: Finding; readonly pkg: Package }[];
  readonly undecided: readonly Undecided[];
  readonly dismissals: readonly Dismissal[];
  /** What of the image, or of the advisories, was not known: an absence is worth as much as these allow. */
  readonly gaps: readonly Gap[];
}

/** What of an image decides whether a flaw is a finding of it. */
type ExplainedImage = Pick<IndexedImage, "distro" | "packages" | "hiddenPackages" | "gaps">;

/** Explains a flaw, by any of its ids, for an image: why it is a finding, or why not. Pure. */
export function explainFlaw(
  text: string,
  indexed: ExplainedImage,
  database: AdvisoryDatabase,
  today: string,
): Explanation {
  const id = canonicalId(text);
  const match = matchImage(indexed, database, today);
  const ids = new Set([id]);
  const own = ({ id: one, aliases }: { readonly id: string; readonly aliases: readonly string[] }) =>
    ids.has(one) || aliases.some((alias) => ids.has(alias));
  const advisories = relatedAdvisories(id, database);
  for (const advisory of advisories)
    if (advisory.bundles.length === 0 || advisory.id === id)
      for (const name of [advisory.id, ...advisory.aliases]) ids.add(name);
  const findings = match.findings.filter(own);
  const undecided = match.undecided.filter(own);
  const answered = new Set([...findings, ...undecided].map((one) => placeOf(one.package, one.layer)));
  return {
    id,
    advisories,
    knownExploited: [...ids].map((one) => database.knownExploited(one)).find((entry) => entry !== undefined),
    findings: findings.flatMap((finding) => placed(finding, indexed.packages)),
    undecided,
    dismissals: dismissals(id, advisories, indexed, database, answered),
    gaps: [...indexed.gaps, ...match.gaps],
  };
}

/** Ids as their publishers spell them, from what people type. */
function canonicalId(text: string): string {
  const trimmed = text.trim();
  if (/^cve-/i.test(trimmed)) return trimmed.toUpperCase();
  return /^ghsa-/i.test(trimmed) ? `GHSA-${trimmed.slice(5).toLowerCase()}` : trimmed;
}

// What speaks of the id itself, and of the other names that those give it.
function relatedAdvisories(id: string, database: AdvisoryDatabase): readonly Advisory[] {
  const direct = database.byId(id);
  const names = direct.flatMap(({ id: own, aliases, bundles }) =>
    own === id || bundles.length === 0 ? [own, ...aliases] : [],
  );
  const all = [...direct, ...[...new Set(names)].flatMap((name) => database.byId(name))];
  const distinct = new Map(all.map((advisory) => [`${advisory.source}\n${advisory.id}`, advisory]));
  return [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, advisory]) => advisory);
}

function placed(
  finding: Finding,
  packages: readonly Package[],
): readonly { readonly finding: Finding; readonly pkg: Package }[] {
  const pkg = packages.find(({ purl, layer }) => purl === finding.package && layer === finding.layer);
  return pkg === undefined ? [] : [{ finding, pkg }];
}

type Entry = { readonly advisory: Advisory; readonly affected: Affected };

function dismissals(
  id: string,
  advisories: readonly Advisory[],
  indexed: ExplainedImage,
  database: AdvisoryDatabase,
  answered: ReadonlySet<string>,
): readonly Dismissal[] {
  if (advisories.length === 0) return [ofImage("unknown-id", `no source of the database knows "${id}"`)];
  const entries = byKey(advisories);
  const skip = skipper(indexed, database);
  const found: Dismissal[] = [];
  let seen = answered.size > 0;
  for (const pkg of indexed.packages) {
    const own = entriesOf(pkg, entries, database);
    if (own.length === 0) continue;
    seen = true;
    if (answered.has(placeOf(pkg.purl, pkg.layer))) continue;
    const code = skip(pkg);
    found.push(...(code === undefined ? decided(pkg, own) : [skipped(pkg, code)]));
  }
  for (const hidden of indexed.hiddenPackages) {
    const affected = entriesOf(hidden, entries, database).filter(({ advisory, affected }) =>
      applies(hidden, advisory, affected),
    );
    if (affected.length > 0) found.push(hiddenOne(hidden));
  }
  if (found.length > 0 || seen) return found;
  // Busybox of another distribution is named: here the flaw may be without a fix, and so without an advisory.
  const message = [absentMessage(advisories), ...matchNotes(indexed, database)].join("; ");
  return [ofImage("package-absent", message)];
}

function byKey(advisories: readonly Advisory[]): ReadonlyMap<string, readonly Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const advisory of advisories)
    for (const affected of advisory.affected) {
      const key = `${affected.ecosystem}\n${affected.name}`;
      const list = found.get(key);
      if (list === undefined) found.set(key, [{ advisory, affected }]);
      else list.push({ advisory, affected });
    }
  return found;
}

function entriesOf(
  pkg: Package,
  entries: ReadonlyMap<string, readonly Entry[]>,
  database: AdvisoryDatabase,
): readonly Entry[] {
  return keysOf(pkg, database).flatMap(({ ecosystem, name }) => entries.get(`${ecosystem}\n${name}`) ?? []);
}

function applies(pkg: Package, advisory: Advisory, affected: Affected): boolean {
  return advisory.withdrawn === undefined && decideEntry(pkg, advisory, affected).kind === "affected";
}

function decided(pkg: Package, entries: readonly Entry[]): readonly Dismissal[] {
  const { purl, layer } = pkg;
  return entries.map(({ advisory, affected }) => {
    const decision = decideEntry(pkg, advisory, affected);
    const place = { package: purl, layer, evidence: decision.evidence };
    if (advisory.withdrawn !== undefined) {
      const message = `${advisory.id} was withdrawn${advisory.withdrawn === "" ? "" : ` on ${advisory.withdrawn.slice(0, 10)}`}`;
      return { code: "withdrawn", message, ...place };
    }
    if (decision.kind === "not-affected") return { code: "not-affected", message: decision.reason, ...place };
    const message = `${advisory.id} would apply, but the distribution's own tracker says that the package is not affected`;
    return { code: "vendor-cleared", message, ...place };
  });
}

function skipped({ purl, layer, ownedBy }: Package, code: SkipCode): Dismissal {
  const message =
    code === "owned-by-os-package"
      ? `its files belong to ${ownedBy ?? "an operating system package"}: the distribution's advisories decide`
      : "it was not built by the distribution: the distribution's advisories do not speak of it";
  return { code, message, package: purl, layer, evidence: null };
}

function hiddenOne(hidden: HiddenPackage): Dismissal {
  const { purl, layer, removedIn, version } = hidden;
  const message = `${fullName(hidden)} ${version} is affected, but it is only in layer ${layer}: layer ${removedIn} removed it`;
  return { code: "hidden-in-lower-layer", message, package: purl, layer, evidence: null };
}

const mostKeys = 8;

function absentMessage(advisories: readonly Advisory[]): string {
  // Releases are left out: `debian/openssl` stands for every Debian.
  const names = advisories.flatMap(({ affected }) =>
    affected.map(({ ecosystem, name }) => `${ecosystem.split(":", 1)[0]}/${name}`),
  );
  const distinct = [...new Set(names)].sort();
  if (distinct.length === 0) return "the advisories name no package that is matched";
  const more = distinct.length > mostKeys ? ` and ${distinct.length - mostKeys} more` : "";
  return `the image has none of the packages that the advisories name: ${distinct.slice(0, mostKeys).join(", ")}${more}`;
}

function ofImage(code: Dismissal["code"], message: string): Dismissal {
  return { code, message, package: null, layer: null, evidence: null };
}
