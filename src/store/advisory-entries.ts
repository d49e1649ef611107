import { PairList } from "./pair-list.ts";

const pageSize = 1 << 20;
const lengthBytes = 4;

/**
 * All affected entries while a database is built: which advisory says what of which package. Kept in flat arrays, some 30
 * bytes an entry, for a table of millions of rows takes longer to fill and to sort than all else.
 */
export class EntryStore {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #entries = new PairList();
  #advisories = new Int32Array(1 << 16);
  #places = new Uint32Array(1 << 16);
  #length = 0;
  readonly #pages: Buffer[] = [];
  #used = pageSize;
  #last: { readonly body: Buffer; readonly place: number } | undefined;

  /** An advisory's word on a package. Bodies like the one before are kept once: an advisory says the same of many packages. */
  add(ecosystem: string, name: string, advisory: number, body: Buffer): void {
    this.#entries.add(this.#numberOf(`${ecosystem}\n${name}`), this.#length);
    if (this.#length === this.#advisories.length) this.#grow();
    this.#advisories[this.#length] = advisory;
    this.#places[this.#length++] =
      this.#last?.body.equals(body) === true ? this.#last.place : this.#keep(body);
  }

  /** Packages in the order of ecosystem and name, each with its entries as they came. Nothing can be added after. */
  *packages(): Iterable<PackageEntries> {
    this.#numbers.clear();
    this.#entries.sort();
    const order = this.#names.map((_, number) => number);
    const names = this.#names;
    order.sort((a, b) => ((names[a] ?? "") < (names[b] ?? "") ? -1 : 1));
    for (const number of order) {
      const [ecosystem = "", name = ""] = (names[number] ?? "").split("\n");
      yield { ecosystem, name, entries: Array.from(this.#entries.of(number), (entry) => this.#entry(entry)) };
    }
  }

  #entry(entry: number): { advisory: number; body: Buffer } {
    const place = this.#places[entry] ?? 0;
    const page = this.#pages[Math.floor(place / pageSize)] ?? Buffer.alloc(lengthBytes);
    const start = (place % pageSize) + lengthBytes;
    const length = page.readUInt32LE(start - lengthBytes);
    return { advisory: this.#advisories[entry] ?? 0, body: page.subarray(start, start + length) };
  }

  #numberOf(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#names.push(key);
    this.#numbers.set(key, this.#names.length - 1);
    return this.#names.length - 1;
  }

  // A body lies in one page; one that is larger than a page has a page of its own size.
  #keep(body: Buffer): number {
    const needed = body.length + lengthBytes;
    if (this.#used + needed > pageSize) {
      this.#pages.push(Buffer.allocUnsafeSlow(Math.max(pageSize, needed)));
      this.#used = 0;
    }
    const start = this.#used;
    const page = this.#pages.at(-1);
    page?.writeUInt32LE(body.length, start);
    page?.set(body, start + lengthBytes);
    this.#used += needed;
    const place = (this.#pages.length - 1) * pageSize + start;
    this.#last = { body, place };
    return place;
  }

  #grow(): void {
    const size = Math.ceil(this.#length * 1.5);
    const advisories = new Int32Array(size);
    advisories.set(this.#advisories);
    this.#advisories = advisories;
    const places = new Uint32Array(size);
    places.set(this.#places);
    this.#places = places;
  }
}

/** What is said of one package. */
export interface PackageEntries {
  readonly ecosystem: string;
  readonly name: string;
  /** `advisory` is the number under which it was added. */
  readonly entries: readonly { readonly advisory: number; readonly body: Buffer }[];
}
