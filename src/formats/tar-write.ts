// Writes tar archives: ustar, and a PAX header where a name does not fit (POSIX.1-2001, "pax Interchange Format",
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html). Same items, same bytes: no clock, no user.

/** One entry to write. Directories need no trailing slash; `target` is the link's. */
export type TarItem =
  | (Owned & {
      readonly kind: "file";
      readonly path: string;
      readonly data: Uint8Array;
      readonly mode?: number;
    })
  | (Owned & { readonly kind: "directory"; readonly path: string; readonly mode?: number })
  | { readonly kind: "symlink" | "hardlink"; readonly path: string; readonly target: string };

interface Owned {
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. */
  readonly mtime?: number;
  /** The extended attribute `security.capability`, one character a byte. */
  readonly capability?: string;
}

const blockSize = 512;
const nothing = new Uint8Array(0);
const flags = { file: "0", hardlink: "1", symlink: "2", directory: "5" } as const;

/** A whole archive, the two closing blocks included. */
export function writeTar(items: readonly TarItem[]): Uint8Array {
  return Buffer.concat([...items.flatMap(entryOf), Buffer.alloc(2 * blockSize)]);
}

function entryOf(item: TarItem): readonly Uint8Array[] {
  const path = item.kind === "directory" ? `${item.path}/` : item.path;
  const target = "target" in item ? item.target : "";
  const data = item.kind === "file" ? item.data : nothing;
  const mode = "mode" in item && item.mode !== undefined ? item.mode : item.kind === "file" ? 0o644 : 0o755;
  const long = [longRecord("path", path), longRecord("linkpath", target)].join("");
  const capability = "capability" in item ? (item.capability ?? "") : "";
  const attribute =
    capability === "" ? "" : paxRecord("SCHILY.xattr.security.capability", capability, "latin1");
  const extended = Buffer.concat([Buffer.from(long), Buffer.from(attribute, "latin1")]);
  return [
    ...(extended.length === 0 ? [] : [header("pax", 0o644, extended.length, "x", "", {}), padded(extended)]),
    header(
      path,
      mode,
      data.length,
      flags[item.kind],
      target,
      item.kind === "file" || item.kind === "directory" ? item : {},
    ),
    padded(data),
  ];
}

// Only what does not fit in the header needs a record.
function longRecord(key: string, value: string): string {
  return Buffer.byteLength(value) <= 100 ? "" : paxRecord(key, value, "utf8");
}

// A record counts its own length: "LENGTH key=value\n".
function paxRecord(key: string, value: string, encoding: BufferEncoding): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`, encoding);
  const guess = rest + String(rest).length;
  return `${rest + String(guess).length} ${key}=${value}\n`;
}

function header(
  path: string,
  mode: number,
  size: number,
  flag: string,
  target: string,
  { uid = 0, gid = 0, mtime = 0 }: Owned,
): Buffer {
  const block = Buffer.alloc(blockSize);
  block.write(path, 0, 100);
  octal(block, 100, 8, mode);
  octal(block, 108, 8, uid);
  octal(block, 116, 8, gid);
  octal(block, 124, 12, size);
  octal(block, 136, 12, mtime);
  block.write(flag, 156);
  block.write(target, 157, 100);
  block.write("ustar\x0000", 257);
  // The checksum is taken over the header with its own field as spaces.
  block.write("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function octal(block: Buffer, offset: number, width: number, value: number): void {
  block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, offset);
}

function padded(data: Uint8Array): Uint8Array {
  const excess = data.length % blockSize;
  return excess === 0 ? data : Buffer.concat([data, Buffer.alloc(blockSize - excess)]);
}
