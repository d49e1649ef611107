import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromBufferPromise } from "yauzl";

// What a mirror's documents themselves say of a version: the specification's evaluation, written out plainly and without the code
// under test, so that the two can be held against each other.

/** One record's word on one package. */
export interface RawFact {
  /** Ids under which the flaw, or the notice's flaws, may be reported. */
  readonly ids: readonly string[];
  readonly ranges: readonly (readonly RawEvent[])[];
  readonly versions: readonly string[];
}

/** `introduced`, `fixed`, `last_affected` and its version. */
export type RawEvent = readonly [kind: string, version: string];

/** Compares two versions by the real tool; undefined where the tool does not take one. */
export type Order = (a: string, b: string) => number | undefined;

/** Which records of OSV's exports are of one ecosystem, and how that writes a package's name. */
export interface RawExport {
  readonly folders: readonly string[];
  readonly takes: (ecosystem: string) => boolean;
  readonly nameOf?: (name: string) => string;
  /** Entries that stand for those of `takes` where a record has none of these for the package. */
  readonly instead?: (ecosystem: string) => boolean;
}

/** Facts by package name of one ecosystem of OSV's exports. */
export async function osvFacts(
  mirror: string,
  { folders, takes, nameOf = (name) => name, instead = () => false }: RawExport,
): Promise<ReadonlyMap<string, readonly RawFact[]>> {
  const facts = new Map<string, RawFact[]>();
  for await (const record of recordsOf(mirror, folders)) {
    if (record.withdrawn !== undefined) continue;
    const ids = idsOf(record);
    const taken = (record.affected ?? []).filter((each) => takes(each.package?.ecosystem ?? ""));
    const told = new Set(taken.map((each) => each.package?.name));
    const others = (record.affected ?? []).filter(
      (each) => instead(each.package?.ecosystem ?? "") && !told.has(each.package?.name),
    );
    for (const affected of [...taken, ...others]) {
      const { package: named, ranges = [], versions = [], database_specific: more } = affected;
      if (named === undefined) continue;
      const events = ranges.filter(({ type }) => type !== "GIT").map((range) => eventsOf(range, more));
      const own = nameOf(named.name);
      add(facts, own, { ids, ranges: events, versions });
      for (const [binary, fixed] of binariesOf(affected))
        if (binary !== own) add(facts, binary, { ids, ranges: fixedAt(fixed), versions: [] });
    }
  }
  return facts;
}

// A notice mends the CVEs that it names; what one publisher says of a CVE is of that CVE.
function idsOf({ id, aliases = [], related = [] }: OsvRecord): readonly string[] {
  if (/^(?:AL|RL|RX|RH)[SBE]A-|^(?:open)?SUSE-/.test(id))
    return related.filter((each) => /^CVE-\d+-\d+$/.test(each));
  return [id, ...aliases, ...(/^UBUNTU-(CVE-.+)$/.exec(id)?.slice(1) ?? [])];
}

// What a notice of SUSE brings, each with its version.
function binariesOf({ ecosystem_specific: specific }: RawAffected): readonly (readonly [string, string])[] {
  return (specific?.binaries ?? []).flatMap((each) => Object.entries(each));
}

function fixedAt(version: string): readonly (readonly RawEvent[])[] {
  return [
    [
      ["introduced", "0"],
      ["fixed", version],
    ],
  ];
}

// A line of remarks or of several ids is a matter of reading, not of versions.
const soleCve = /^CVE-\d{4}-\d+$/;

/** Facts by source package of one release of Alpine, `v3.20`. */
export async function secdbFacts(
  mirror: string,
  release: string,
): Promise<ReadonlyMap<string, readonly RawFact[]>> {
  const facts = new Map<string, RawFact[]>();
  for (const part of ["main", "community"]) {
    const text = await readFile(join(mirror, "secdb.alpinelinux.org", release, `${part}.json`), "utf8");
    const { packages }: SecurityDatabase = JSON.parse(text);
    for (const { pkg } of packages)
      for (const [version, flaws] of Object.entries(pkg.secfixes))
        for (const id of flaws ?? [])
          if (version !== "0" && soleCve.test(id))
            add(facts, pkg.name, { ids: [id], ranges: fixedAt(version), versions: [] });
  }
  return facts;
}

/** Facts by source package of one release of Debian's tracker. */
export async function trackerFacts(
  mirror: string,
  release: string,
): Promise<ReadonlyMap<string, readonly RawFact[]>> {
  const facts = new Map<string, RawFact[]>();
  const text = await readFile(join(mirror, "security-tracker.debian.org/tracker/data/json"), "utf8");
  const tracker: Readonly<Record<string, Readonly<Record<string, TrackedFlaw>>>> = JSON.parse(text);
  for (const [name, flaws] of Object.entries(tracker))
    for (const [id, { releases }] of Object.entries(flaws)) {
      const told = releases[release];
      if (told === undefined || told.fixed_version === "0") continue;
      const end: readonly RawEvent[] =
        told.status === "resolved" ? [["fixed", told.fixed_version ?? ""]] : [];
      add(facts, name, { ids: [id], ranges: [[["introduced", "0"], ...end]], versions: [] });
    }
  return facts;
}

/** Is a version affected? By https://ossf.github.io/osv-schema/#evaluation. Undefined where the tool cannot compare. */
export function isAffected(
  version: string,
  { ranges, versions }: RawFact,
  order: Order,
): boolean | undefined {
  let told: boolean | undefined = versions.some((one) => one === version || order(version, one) === 0);
  for (const range of ranges) {
    const orders = range.map(([, bound]) => (bound === "0" ? 1 : order(version, bound)));
    if (orders.includes(undefined)) told = told === true ? true : undefined;
    else if (isInside(range, version, order)) told = true;
  }
  return told;
}

interface OsvRecord {
  readonly id: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly related?: readonly string[];
  readonly affected?: readonly RawAffected[];
}

interface RawAffected {
  readonly package?: { readonly ecosystem: string; readonly name: string };
  readonly ranges?: readonly OsvRange[];
  readonly versions?: readonly string[];
  readonly database_specific?: Bounded;
  readonly ecosystem_specific?: { readonly binaries?: readonly Readonly<Record<string, string>>[] };
}

interface OsvRange {
  readonly type: string;
  readonly events: readonly Readonly<Record<string, string>>[];
}

interface Bounded {
  readonly last_known_affected_version_range?: string;
}

interface SecurityDatabase {
  readonly packages: readonly {
    readonly pkg: {
      readonly name: string;
      readonly secfixes: Readonly<Record<string, readonly string[] | null>>;
    };
  }[];
}

interface TrackedFlaw {
  readonly releases: Readonly<Record<string, { readonly status: string; readonly fixed_version?: string }>>;
}

async function* recordsOf(mirror: string, folders: readonly string[]): AsyncGenerator<OsvRecord> {
  for (const folder of folders) {
    const file = join(mirror, "osv-vulnerabilities.storage.googleapis.com", folder, "all.zip");
    const zip = await fromBufferPromise(await readFile(file), { lazyEntries: true });
    for await (const entry of zip.eachEntry()) {
      const parts: Buffer[] = [];
      for await (const part of await zip.openReadStreamPromise(entry)) parts.push(Buffer.from(part));
      const record: OsvRecord = JSON.parse(Buffer.concat(parts).toString());
      yield record;
    }
  }
}

function add(facts: Map<string, RawFact[]>, name: string, fact: RawFact): void {
  const known = facts.get(name);
  if (known === undefined) facts.set(name, [fact]);
  else known.push(fact);
}

// GitHub bounds what nothing mends by a field of its own.
function eventsOf({ events }: OsvRange, more: Bounded | undefined): readonly RawEvent[] {
  const told = events.flatMap((event) => Object.entries(event));
  const [, sign, bound] = /^(<=?|=) ?(\S+)$/.exec(more?.last_known_affected_version_range ?? "") ?? [];
  if (bound === undefined || told.some(([kind]) => kind !== "introduced")) return told;
  return [...told, [sign === "<" ? "fixed" : "last_affected", bound]];
}

// Events in the order of their versions; each that the version has reached switches.
function isInside(range: readonly RawEvent[], version: string, order: Order): boolean {
  const rank = ([, a]: RawEvent, [, b]: RawEvent) =>
    a === b ? 0 : a === "0" ? -1 : b === "0" ? 1 : (order(a, b) ?? 0);
  let inside = false;
  for (const [kind, bound] of range.toSorted(rank)) {
    const reached = bound === "0" ? 1 : (order(version, bound) ?? 0);
    if (kind === "introduced" && reached >= 0) inside = true;
    if (kind === "fixed" && reached >= 0) inside = false;
    if (kind === "last_affected" && reached > 0) inside = false;
  }
  return inside;
}
