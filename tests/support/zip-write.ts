import { crc32 } from "node:zlib";

/** A zip archive with stored (uncompressed) members, as https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT has it. */
export function writeZip(members: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(members)) {
    const name = Buffer.from(path);
    const data = Buffer.from(content);
    const fields = memberFields(name, data);
    const head = Buffer.concat([u32(0x04034b50), fields, name, data]);
    local.push(head);
    // Between the member's fields and its name: comment, disk, attributes, offset.
    const more = Buffer.concat([Buffer.alloc(10), u32(offset)]);
    central.push(Buffer.concat([u32(0x02014b50), u16(20), fields, more, name]));
    offset += head.length;
  }
  const directory = Buffer.concat(central);
  const counts = Buffer.concat([u16(0), u16(0), u16(central.length), u16(central.length)]);
  return Buffer.concat([
    ...local,
    directory,
    u32(0x06054b50),
    counts,
    u32(directory.length),
    u32(offset),
    u16(0),
  ]);
}

// Version, flags, method 0, time, date, checksum, sizes, name's length, extra's length.
function memberFields(name: Buffer, data: Buffer): Buffer {
  const sizes = [u32(crc32(data)), u32(data.length), u32(data.length)];
  return Buffer.concat([u16(20), u16(0x0800), u16(0), u16(0), u16(0x21), ...sizes, u16(name.length), u16(0)]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
