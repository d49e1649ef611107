/** A value of a header: its type follows from what it is, numbers are 32 bits wide. */
type TagValue = string | readonly string[] | readonly number[];

/** Fields of a made-up package; absent ones get a value that rpm would accept. */
export interface MadePackage {
  readonly name: string;
  readonly version?: string;
  readonly release?: string;
  /** More tags, or others: `{ 1003: [2] }` is the epoch 2. */
  readonly tags?: Readonly<Record<number, TagValue>>;
}

/** A header as rpm stores it (docs/manual/format.md), without a region. */
export function rpmHeader({ name, version = "1.0", release = "1", tags = {} }: MadePackage): Buffer {
  const all: Readonly<Record<number, TagValue>> = {
    1000: name,
    1001: version,
    1002: release,
    1014: "MIT",
    1022: "x86_64",
    1044: `${name}-${version}-${release}.src.rpm`,
    ...tags,
  };
  const entries: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [tag, value] of Object.entries(all)) {
    const { type, count, bytes } = encode(value);
    const padding = type === 4 ? (4 - (offset % 4)) % 4 : 0;
    data.push(Buffer.alloc(padding), bytes);
    offset += padding;
    entries.push(words(Number(tag), type, offset, count));
    offset += bytes.length;
  }
  return Buffer.concat([words(entries.length, offset), ...entries, ...data]);
}

function encode(value: TagValue): { type: number; count: number; bytes: Buffer } {
  if (typeof value === "string") return { type: 6, count: 1, bytes: Buffer.from(`${value}\0`) };
  const strings = value.filter((item) => typeof item === "string");
  if (strings.length > 0)
    return {
      type: 8,
      count: strings.length,
      bytes: Buffer.from(strings.map((text) => `${text}\0`).join("")),
    };
  return { type: 4, count: value.length, bytes: words(...value.map(Number)) };
}

/** 32-bit big-endian numbers. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

/** An ndb `Packages.db` (rpm lib/backend/ndb/rpmpkg.c), checked once against the file that rpm's own code writes. */
export function ndbFile(headers: readonly Uint8Array[]): Buffer {
  const slotPages = Math.ceil((headers.length + 2) / 256);
  const slots: Buffer[] = [];
  const blobs: Buffer[] = [];
  let block = slotPages * 256;
  for (const [index, header] of headers.entries()) {
    const blob = ndbBlob(index + 1, header);
    slots.push(slot(index + 1, block, blob.length / 16));
    blobs.push(blob);
    block += blob.length / 16;
  }
  const free = Array.from({ length: slotPages * 256 - 2 - slots.length }, () => slot(0, 0, 0));
  const start = Buffer.alloc(32);
  start.write("RpmP", "latin1");
  start.writeUInt32LE(1, 8);
  start.writeUInt32LE(slotPages, 12);
  start.writeUInt32LE(headers.length + 1, 16);
  return Buffer.concat([start, ...slots, ...free, ...blobs]);
}

function slot(number: number, block: number, blocks: number): Buffer {
  return Buffer.concat([Buffer.from("Slot"), littleWords(number, block, blocks)]);
}

function ndbBlob(number: number, header: Uint8Array): Buffer {
  const head = Buffer.concat([Buffer.from("BlbS"), littleWords(number, 1, header.length)]);
  const padding = Buffer.alloc((16 - ((header.length + 12) % 16)) % 16);
  const sum = adler32(Buffer.concat([head, header, padding]));
  return Buffer.concat([head, header, padding, littleWords(sum, header.length), Buffer.from("BlbE")]);
}

function littleWords(...values: readonly number[]): Buffer {
  return words(...values).swap32();
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

/** Text for `db_load -f`: a hash of package numbers and headers, as rpm before 4.16 keeps them. */
export function berkeleyDump(
  headers: readonly Uint8Array[],
  { pageSize = 4096, order = 1234 }: { readonly pageSize?: number; readonly order?: 1234 | 4321 } = {},
): string {
  const start = `VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=${pageSize}\ndb_lorder=${order}\nHEADER=END\n`;
  const pair = (key: number, value: Uint8Array): string =>
    ` ${littleWords(key).toString("hex")}\n ${Buffer.from(value).toString("hex")}\n`;
  const pairs = [
    pair(0, littleWords(headers.length)),
    ...headers.map((header, index) => pair(index + 1, header)),
  ];
  return `${start}${pairs.join("")}DATA=END\n`;
}
