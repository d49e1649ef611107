import { crc32 } from "node:zlib";

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * The six last characters that GitHub and npm give to a token whose random part is `text`: its CRC-32 in base 62
 * (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/).
 */
export function base62Checksum(text: string): string {
  let digits = "";
  for (let rest = crc32(text); rest > 0; rest = Math.floor(rest / 62))
    digits = `${base62[rest % 62]}${digits}`;
  return digits.padStart(6, "0");
}

/** The seven last characters of GitLab's routable tokens: CRC-32 of all before in base 36 (gitlab: lib/authn/token_field). */
export function base36Checksum(text: string): string {
  return crc32(text).toString(36).padStart(7, "0");
}

/** The eight last characters of Grafana's tokens: CRC-32 of all before `_`, lowest byte first (grafana: pkg/components/satokengen). */
export function hexChecksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(crc32(text));
  return bytes.toString("hex");
}

const bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** Is this a Bech32 string (BIP 173) in one case whose checksum holds? age writes its keys so. */
export function isBech32(text: string): boolean {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return false;
  const separator = lower.lastIndexOf("1");
  if (separator < 1 || lower.length - separator < 7 || lower.length > 1024) return false;
  const data = lower.slice(separator + 1);
  if (digitsOf(data).includes(-1)) return false;
  return data.endsWith(bech32Checksum(lower.slice(0, separator), data.slice(0, -6)));
}

/** The six characters that end the Bech32 string of this prefix and data, all in lower case. */
export function bech32Checksum(prefix: string, data: string): string {
  const codes = [...Buffer.from(prefix, "latin1")];
  const all = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...digitsOf(data)];
  const remainder = bech32Remainder([...all, 0, 0, 0, 0, 0, 0]) ^ 1;
  return [5, 4, 3, 2, 1, 0].map((at) => bech32[(remainder >> (5 * at)) & 31]).join("");
}

function digitsOf(data: string): readonly number[] {
  return Array.from(data, (character) => bech32.indexOf(character));
}

function bech32Remainder(values: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let remainder = 1;
  for (const value of values) {
    const top = remainder >>> 25;
    remainder = ((remainder & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if ((top >> bit) & 1) remainder ^= generator;
  }
  return remainder;
}
