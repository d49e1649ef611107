import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { flagMore } from "./advisory-affected.ts";
import { ByteWriter } from "./advisory-bytes.ts";
import type { IdWriter } from "./advisory-ids.ts";
import type { RowSink } from "./advisory-schema.ts";

/** A distribution's own list wins over what OSV makes of it, for the same package and CVE. */
const ownLists: ReadonlySet<string> = new Set(["debian-tracker", "alpine-secdb"]);

/** Sorts affected entries into packages. `ecosystems` and `packagesOf` are filled by `write`. */
export interface PackageWriter {
  readonly write: (addAffected: RowSink, addPackage: RowSink) => void;
  readonly ecosystems: readonly string[];
  /** Row numbers of the packages that an advisory names, ascending, by its rank. */
  readonly packagesOf: (rank: number) => readonly number[];
}

interface Entry {
  readonly rank: number;
  readonly source: string;
  readonly id: string;
  readonly body: Uint8Array;
}

/** Reads all affected entries in the order of ecosystem and name, and writes one package after the other. */
export function packageWriter(staged: DatabaseSync, ids: IdWriter, ranks: Int32Array): PackageWriter {
  const ecosystems: string[] = [];
  const links = new LinkList(ranks.length + 1);
  const shared = new Map<string, number>();
  const out = new ByteWriter();
  return {
    ecosystems,
    packagesOf: (rank) => links.of(rank),
    write(addAffected, addPackage) {
      let packages = 0;
      for (const { ecosystem, name, entries } of groups(staged, ranks)) {
        if (ecosystems.at(-1) !== ecosystem) ecosystems.push(ecosystem);
        const told = preferOwnLists(entries);
        const data = encode(out, ids, told);
        const key = createHash("sha256").update(data).digest("base64url");
        const known = shared.get(key);
        const number = known ?? shared.size + 1;
        if (known === undefined) {
          shared.set(key, number);
          addAffected(number, data);
        }
        addPackage(++packages, ecosystems.length - 1, name, number);
        for (const { rank } of told) links.add(rank, packages);
      }
      links.sort();
    },
  };
}

interface Group {
  readonly ecosystem: string;
  readonly name: string;
  readonly entries: Entry[];
}

function* groups(staged: DatabaseSync, ranks: Int32Array): Iterable<Group> {
  const rows = staged.prepare(
    `SELECT ecosystem, name, affected.n AS n, body, source, id FROM affected JOIN advisory ON advisory.n = affected.n
     ORDER BY ecosystem, name`,
  );
  let group: Group | undefined;
  for (const row of rows.iterate()) {
    const ecosystem = String(row["ecosystem"]);
    const name = String(row["name"]);
    if (group === undefined || group.name !== name || group.ecosystem !== ecosystem) {
      if (group !== undefined) yield group;
      group = { ecosystem, name, entries: [] };
    }
    const body = row["body"];
    group.entries.push({
      rank: ranks[Number(row["n"])] ?? 0,
      source: String(row["source"]),
      id: String(row["id"]),
      body: body instanceof Uint8Array ? body : new Uint8Array(),
    });
  }
  if (group !== undefined) yield group;
}

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

// Entries ascend by rank, then bytes: equal ones are neighbours.
function encode(out: ByteWriter, ids: IdWriter, entries: readonly Entry[]): Buffer {
  let last = 0;
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1];
    if (before?.rank !== entry.rank) {
      out.varint(entry.rank - last);
      ids.write(out, entry.source, entry.id);
      last = entry.rank;
    }
    if (entries[index + 1]?.rank !== entry.rank) out.append(entry.body);
    else out.append(entry.body.with(0, (entry.body[0] ?? 0) | flagMore));
  }
  return out.take();
}

function same(a: Entry | undefined, b: Entry): boolean {
  return a !== undefined && a.rank === b.rank && Buffer.compare(a.body, b.body) === 0;
}

/** Pairs of (rank, package), grouped by rank without a list per rank. */
class LinkList {
  #ranks = new Int32Array(1 << 16);
  #packages = new Int32Array(1 << 16);
  #length = 0;
  readonly #starts: Int32Array;
  #sorted = new Int32Array();

  constructor(ranks: number) {
    this.#starts = new Int32Array(ranks + 1);
  }

  add(rank: number, number: number): void {
    if (this.#length === this.#ranks.length) {
      this.#ranks = doubled(this.#ranks);
      this.#packages = doubled(this.#packages);
    }
    this.#ranks[this.#length] = rank;
    this.#packages[this.#length++] = number;
  }

  /** Counting sort; packages of a rank keep their ascending order. */
  sort(): void {
    const starts = this.#starts;
    for (let at = 0; at < this.#length; at++) bump(starts, (this.#ranks[at] ?? 0) + 1);
    for (let rank = 1; rank < starts.length; rank++)
      starts[rank] = (starts[rank] ?? 0) + (starts[rank - 1] ?? 0);
    const next = starts.slice();
    this.#sorted = new Int32Array(this.#length);
    for (let at = 0; at < this.#length; at++) {
      const rank = this.#ranks[at] ?? 0;
      this.#sorted[next[rank] ?? 0] = this.#packages[at] ?? 0;
      bump(next, rank);
    }
  }

  of(rank: number): readonly number[] {
    return [...new Set(this.#sorted.subarray(this.#starts[rank], this.#starts[rank + 1]))];
  }
}

function doubled(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

function bump(numbers: Int32Array, index: number): void {
  numbers[index] = (numbers[index] ?? 0) + 1;
}
