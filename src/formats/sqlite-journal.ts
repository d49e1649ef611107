import type { RandomAccess } from "../core/plugin.ts";
import { bufferOf } from "./lines.ts";

/**
 * Does a file beside a SQLite database, `-wal` or `-journal`, hold changes that SQLite would apply when it opens the database?
 * A write-ahead log does when a frame of its present generation ends a transaction, a rollback journal when its header is whole
 * (https://www.sqlite.org/fileformat2.html, 3 and 4). Check sums are not followed: a false alarm is better than a lost package.
 */
export function holdsChanges(bytes: RandomAccess): boolean {
  const header = bufferOf(bytes.read(0, 32));
  if (header.length < 28) return false;
  if (header.toString("latin1", 0, 8) === rollbackMagic) return true;
  return header.length === 32 && isWal(header.readUInt32BE(0)) && hasCommit(bytes, header);
}

const rollbackMagic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";

// The last bit tells the byte order of the check sums.
function isWal(magic: number): boolean {
  return magic === 0x377f0682 || magic === 0x377f0683;
}

// A frame: page number, size of the database after a commit (else 0), the salts of the header, check sum; then the page.
function hasCommit(bytes: RandomAccess, header: Buffer): boolean {
  const pageSize = header.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65_536) return false;
  for (let at = 32; at + 24 + pageSize <= bytes.size; at += 24 + pageSize) {
    const frame = bufferOf(bytes.read(at, 24));
    if (frame.length < 24 || frame.compare(header, 16, 24, 8, 16) !== 0) return false;
    if (frame.readUInt32BE(4) !== 0) return true;
  }
  return false;
}
