import { crc32, deflateRawSync } from "node:zlib";

/** An entry to write. Each field but name and data is a lie to tell, or a choice. */
export interface ZipItem {
  readonly name: string;
  readonly data: Uint8Array | string;
  readonly stored?: boolean;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  readonly offset?: number;
}

/** How the archive is written. */
export interface ZipPlan {
  readonly zip64?: boolean;
  /** Bytes before the archive; `countPrefix` tells whether its offsets count them. */
  readonly prefix?: Uint8Array;
  readonly countPrefix?: boolean;
  readonly comment?: string;
  readonly count?: number;
}

/** Writes a zip archive. Same items, same bytes. */
export function makeZip(items: readonly ZipItem[], plan: ZipPlan = {}): Buffer {
  const prefix = Buffer.from(plan.prefix ?? []);
  const start = plan.countPrefix === true ? prefix.length : 0;
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = start;
  for (const item of items) {
    const { local, central } = entryOf(item, offset, plan.zip64 === true);
    locals.push(local);
    directory.push(central);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = endOf(plan, plan.count ?? items.length, listed.length, offset);
  return Buffer.concat([prefix, ...locals, listed, end]);
}

function entryOf(item: ZipItem, offset: number, zip64: boolean): { local: Buffer; central: Buffer } {
  const data = Buffer.from(item.data);
  const method = item.method ?? (item.stored === true ? 0 : 8);
  const content = method === 8 ? deflateRawSync(data) : data;
  const name = Buffer.from(item.name);
  const sizes = { compressed: item.compressedSize ?? content.length, size: item.size ?? data.length };
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x0800 | (item.flags ?? 0), 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(item.crc ?? crc32(data), 10);
  fields.writeUInt32LE(sizes.compressed, 14);
  fields.writeUInt32LE(sizes.size, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, name, content]);
  const extra = zip64 ? zip64Extra(sizes.size, sizes.compressed, item.offset ?? offset) : Buffer.alloc(0);
  if (zip64) fields.fill(0xff, 14, 22);
  fields.writeUInt16LE(extra.length, 24);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(zip64 ? 0xffff_ffff : (item.offset ?? offset), 10);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), fields, tail, name, extra]);
  return { local, central };
}

function zip64Extra(...values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + values.length * 8);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(values.length * 8, 2);
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
  return extra;
}

function endOf(plan: ZipPlan, count: number, size: number, offset: number): Buffer {
  const comment = Buffer.from(plan.comment ?? "");
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  for (const at of [8, 10]) end.writeUInt16LE(plan.zip64 === true ? 0xffff : count % 65_536, at);
  end.writeUInt32LE(plan.zip64 === true ? 0xffff_ffff : size, 12);
  end.writeUInt32LE(plan.zip64 === true ? 0xffff_ffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...(plan.zip64 === true ? zip64End(count, size, offset) : []), end, comment]);
}

function zip64End(count: number, size: number, offset: number): readonly Buffer[] {
  const record = Buffer.alloc(56);
  record.write("PK\x06\x06", "latin1");
  record.writeBigUInt64LE(44n, 4);
  for (const at of [24, 32]) record.writeBigUInt64LE(BigInt(count), at);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.write("PK\x06\x07", "latin1");
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return [record, locator];
}
