/** A private key in text. */
export interface PrivateKey {
  /** `RSA`, `EC`, `DSA`, `PKCS#8`, `OpenSSH`, `PGP` or `PuTTY`. */
  readonly form: string;
  /** A passphrase is needed to use it. */
  readonly encrypted: boolean;
  /** Characters from the first to the last of it. */
  readonly length: number;
}

/** What a text holds wherever a private key may begin; {@link readPrivateKey} tells whether one does. */
export const privateKeyMarks: readonly string[] = ["-----BEGIN ", "PuTTY-User-Key-File-"];

/** Longest key that is read, in characters: RSA of 16384 bits has 12,600; PGP blocks may hold subkeys. */
const longestKey = 65_536;

/**
 * The private key that begins at the start of `text`, if its bytes really are one: a marker alone, a public key, documentation with
 * dots in it and words in the place of base64 are none. Line feeds may be written as `\n`, as JSON does.
 */
export function readPrivateKey(text: string): PrivateKey | undefined {
  if (text.startsWith("PuTTY-User-Key-File-")) return readPutty(text);
  const [header, label] = /^-----BEGIN ((?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?)-----/.exec(text) ?? [];
  if (header === undefined || label === undefined) return undefined;
  // The next dashes must be its end: a file of nothing but beginnings is read once.
  const end = text.indexOf("-----", header.length);
  if (end < 0 || end > longestKey || !text.startsWith(`-----END ${label}-----`, end)) return undefined;
  const body = text.slice(header.length, end).replaceAll(/\\r|\\n|\r/g, "\n");
  const key = decodeBody(label, body);
  return key === undefined ? undefined : { ...key, length: end + label.length + "-----END -----".length };
}

type Decoded = Omit<PrivateKey, "length">;

function decodeBody(label: string, body: string): Decoded | undefined {
  const lines = body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const headers = lines.filter((line) => line.includes(": "));
  const base64 = lines.filter((line) => !line.includes(": ") && !/^=[\w+/]{4}$/.test(line)).join("");
  if (base64.length < 40 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const bytes = Buffer.from(base64, "base64");
  switch (label) {
    case "RSA PRIVATE KEY":
    case "EC PRIVATE KEY":
    case "DSA PRIVATE KEY": {
      const encrypted = headers.some((line) => line.startsWith("Proc-Type:") && line.includes("ENCRYPTED"));
      const form = label.slice(0, label.indexOf(" "));
      return encrypted || isSequence(bytes, 0x02) ? { form, encrypted } : undefined;
    }
    case "PRIVATE KEY":
      return isSequence(bytes, 0x02) ? { form: "PKCS#8", encrypted: false } : undefined;
    case "ENCRYPTED PRIVATE KEY":
      return isSequence(bytes, 0x30) ? { form: "PKCS#8", encrypted: true } : undefined;
    case "OPENSSH PRIVATE KEY":
      return readOpenSsh(bytes);
    case "PGP PRIVATE KEY BLOCK":
      return readPgp(bytes);
    default:
      return undefined;
  }
}

// DER: a SEQUENCE as long as the whole, whose first element has this tag. What only looks like base64 fails here.
function isSequence(bytes: Buffer, firstTag: number): boolean {
  const short = bytes[1] ?? 0;
  if (bytes[0] !== 0x30) return false;
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  if (lengthBytes > 3 || bytes.length < 3 + lengthBytes) return false;
  const length = lengthBytes === 0 ? short : bytes.readUIntBE(2, lengthBytes);
  return 2 + lengthBytes + length === bytes.length && bytes[2 + lengthBytes] === firstTag;
}

// https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
function readOpenSsh(bytes: Buffer): Decoded | undefined {
  const magic = "openssh-key-v1\0";
  if (bytes.toString("latin1", 0, magic.length) !== magic || bytes.length < magic.length + 8)
    return undefined;
  const length = bytes.readUInt32BE(magic.length);
  const cipher = bytes.toString("latin1", magic.length + 4, magic.length + 4 + Math.min(length, 64));
  return { form: "OpenSSH", encrypted: cipher !== "none" };
}

// RFC 9580: the first packet is a secret key; after its public part comes 0 where it has no passphrase.
function readPgp(bytes: Buffer): Decoded | undefined {
  const first = bytes[0] ?? 0;
  const isNew = (first & 0x40) !== 0;
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f;
  if ((first & 0x80) === 0 || tag !== 5) return undefined;
  const second = bytes[1] ?? 0;
  const header = isNew ? (second < 192 ? 2 : second < 224 ? 3 : 6) : 1 + (1 << (first & 3));
  const usage = usageAt(bytes, header);
  return { form: "PGP", encrypted: usage === undefined || bytes[usage] !== 0 };
}

// Where a version 4 key says how it is encrypted; undefined for other versions and algorithms.
function usageAt(bytes: Buffer, start: number): number | undefined {
  if (bytes[start] !== 4) return undefined;
  const algorithm = bytes[start + 5] ?? 0;
  const numbers = new Map([
    [1, 2],
    [2, 2],
    [3, 2],
    [16, 3],
    [17, 4],
    [18, 1],
    [19, 1],
    [22, 1],
  ]).get(algorithm);
  if (numbers === undefined) return undefined;
  const onCurve = algorithm >= 18;
  let at = start + 6;
  if (onCurve) at += 1 + (bytes[at] ?? 0);
  for (let left = numbers; left > 0; left -= 1)
    at += 2 + Math.ceil((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)) / 8);
  if (algorithm === 18) at += 1 + (bytes[at] ?? 0);
  return at;
}

function readPutty(text: string): PrivateKey | undefined {
  const file = /^PuTTY-User-Key-File-\d: [\w-]{1,40}\r?\nEncryption: ([\w-]{1,40})\r?\n/.exec(text);
  if (file === null) return undefined;
  const start = text.slice(0, longestKey).indexOf("\nPrivate-Lines: ");
  const lines =
    start < 0
      ? undefined
      : /^\nPrivate-Lines: \d{1,4}\r?\n[\w+/=\r\n]{16,}/.exec(text.slice(start, start + longestKey));
  if (lines === undefined || lines === null) return undefined;
  return { form: "PuTTY", encrypted: file[1] !== "none", length: start + lines[0].length };
}
