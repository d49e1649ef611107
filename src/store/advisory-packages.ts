import { createHash } from "node:crypto";
import { flagMore } from "./advisory-affected.ts";
import { ByteWriter } from "./advisory-bytes.ts";
import type { EntryStore } from "./advisory-entries.ts";
import type { IdWriter } from "./advisory-ids.ts";
import type { RowSink } from "./advisory-schema.ts";
import { PairList } from "./pair-list.ts";

/** A distribution's own list wins over what OSV makes of it, for the same package and CVE. */
const ownLists: ReadonlySet<string> = new Set(["debian-tracker", "alpine-secdb"]);

/** An advisory in the order of the database: by source and id. */
export interface RankedAdvisory {
  readonly rank: number;
  readonly source: string;
  readonly id: string;
}

/** What writing the packages tells. */
export interface WrittenPackages {
  /** Sorted; a package row names one by its index. */
  readonly ecosystems: readonly string[];
  /** Row numbers of the packages that an advisory names, ascending, by its rank. */
  readonly packagesOf: (rank: number) => readonly number[];
}

interface Entry extends RankedAdvisory {
  readonly body: Buffer;
}

/** Writes one package after the other, in the order of ecosystem and name. `ranked` answers for an advisory's staging number. */
export function writePackages(
  store: EntryStore,
  ids: IdWriter,
  ranked: (advisory: number) => RankedAdvisory,
  sinks: { readonly affected: RowSink; readonly package: RowSink },
): WrittenPackages {
  const ecosystems: string[] = [];
  const links = new PairList();
  const shared = new Map<string, number>();
  const out = new ByteWriter();
  let packages = 0;
  for (const { ecosystem, name, entries } of store.packages()) {
    if (ecosystems.at(-1) !== ecosystem) ecosystems.push(ecosystem);
    const told = preferOwnLists(entries.map(({ advisory, body }) => ({ ...ranked(advisory), body })));
    const data = encode(out, ids, told);
    const key = createHash("sha256").update(data).digest("base64url");
    const known = shared.get(key);
    const number = known ?? shared.size + 1;
    if (known === undefined) {
      shared.set(key, number);
      sinks.affected(number, data);
    }
    sinks.package(++packages, ecosystems.length - 1, name, number);
    for (const { rank } of told) links.add(rank, packages);
  }
  links.sort();
  return { ecosystems, packagesOf: (rank) => [...new Set(links.of(rank))] };
}

// Equal entries (the same record in two documents) are kept once.
function preferOwnLists(entries: readonly Entry[]): readonly Entry[] {
  const own = new Set(entries.filter((entry) => ownLists.has(entry.source)).map((entry) => entry.id));
  const told =
    own.size === 0 ? entries : entries.filter((entry) => entry.source !== "osv" || !own.has(cveOf(entry.id)));
  const sorted = told.toSorted((a, b) => a.rank - b.rank || Buffer.compare(a.body, b.body));
  return sorted.filter((entry, index) => !same(sorted[index - 1], entry));
}

/** `DEBIAN-CVE-2024-1` and `ALPINE-CVE-2024-1` are OSV's names for a distribution's word on the CVE. */
function cveOf(id: string): string {
  return id.replace(/^(?:DEBIAN|ALPINE)-(?=CVE-)/, "");
}

function same(a: Entry | undefined, b: Entry): boolean {
  return a !== undefined && a.rank === b.rank && a.body.equals(b.body);
}

// Entries ascend by rank, then bytes: those of one advisory are neighbours.
function encode(out: ByteWriter, ids: IdWriter, entries: readonly Entry[]): Buffer {
  let last = 0;
  for (const [index, entry] of entries.entries()) {
    if (entries[index - 1]?.rank !== entry.rank) {
      out.varint(entry.rank - last);
      ids.write(out, entry.source, entry.id);
      last = entry.rank;
    }
    if (entries[index + 1]?.rank !== entry.rank) out.append(entry.body);
    else out.append(entry.body.with(0, (entry.body[0] ?? 0) | flagMore));
  }
  return out.take();
}
