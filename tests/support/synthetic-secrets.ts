import { generateKeyPairSync, randomInt } from "node:crypto";
import { type TokenKind, type TokenPart, tokenKinds } from "../../src/checks/image/secret-kinds.ts";
import {
  base36Checksum,
  base62Checksum,
  bech32Checksum,
  hexChecksum,
} from "../../src/formats/token-checksum.ts";

/** A token that nobody ever issued, made anew by each run, with the text that it would stand in. */
export interface Synthetic {
  readonly kind: TokenKind;
  readonly literal: string;
  /** What may be shown nowhere. */
  readonly values: readonly string[];
  readonly text: string;
  readonly proven: boolean;
}

const characters = {
  digit: "0123456789",
  hex: "0123456789abcdef",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  base32: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  lower36: "abcdefghijklmnopqrstuvwxyz0123456789",
  letters: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
  base62: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
  bech32: "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
};

/** So many random characters of an alphabet. */
export function random(alphabet: keyof typeof characters, length: number): string {
  const all = characters[alphabet];
  return Array.from({ length }, () => all.charAt(randomInt(all.length))).join("");
}

/** One for each form of each literal of each kind. */
export function syntheticTokens(): readonly Synthetic[] {
  return tokenKinds.flatMap((kind) =>
    kind.literals.flatMap((literal) => kind.forms.map((form) => make(kind, literal, form))),
  );
}

function make(kind: TokenKind, literal: string, form: readonly TokenPart[]): Synthetic {
  const token = `${(kind.lead ?? []).map(fill).join("")}${literal}${form.map(fill).join("")}`;
  const whole = { kind, literal, values: [token], text: `value = "${token}"\n`, proven: false };
  const of = (token: string, proven: boolean): Synthetic => ({
    ...whole,
    values: [token],
    text: `value = "${token}"\n`,
    proven,
  });
  const { proof } = kind;
  if (proof === undefined)
    return kind.near === undefined ? whole : { ...whole, text: `# ${kind.near}\n${whole.text}` };
  switch (proof) {
    case "base62-crc":
    case "github-fine-grained":
      return of(`${token.slice(0, -6)}${base62Checksum(token.slice(literal.length, -6))}`, true);
    case "gitlab-routable":
      return token.includes(".")
        ? of(`${token.slice(0, -7)}${base36Checksum(token.slice(0, -7))}`, true)
        : whole;
    case "grafana-crc":
      return of(`${token.slice(0, -8)}${hexChecksum(token.slice(0, -9))}`, true);
    case "bech32": {
      const data = token.slice(literal.length, -6);
      const sum = bech32Checksum("age-secret-key-", data.toLowerCase()).toUpperCase();
      return of(`${literal}${data}${sum}`, true);
    }
    case "aws-pair": {
      const secret = `aZ3${random("base62", 37)}`;
      const text = `[default]\naws_access_key_id = ${token}\naws_secret_access_key = ${secret}\n`;
      return { ...whole, values: [secret, token], text, proven: true };
    }
    case "azure-key":
      return { ...whole, text: `AccountName=app;${token};EndpointSuffix=core\n`, proven: true };
    case "azure-sas":
      return { ...whole, text: `url: "https://app.blob.test/c?sv=2022-11-02&se=2030-01-01${token}"\n` };
    case "jwt-service": {
      const claims = { iss: "kubernetes/serviceaccount", sub: "system:serviceaccount:default:app" };
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const headers = { eyJhbGci: { alg: "RS256", kid: "a" }, eyJ0eXAi: { typ: "JWT", alg: "RS256" } };
      const header = new Map<string, unknown>(Object.entries(headers)).get(literal) ?? {
        kid: "a",
        alg: "RS256",
      };
      return of(`${part(header)}.${part(claims)}.${random("base62", 342)}`, false);
    }
    case "base64-json": {
      const json = Buffer.from(
        JSON.stringify({ iat: 1_700_000_000, url: "https://app.test", n: random("base62", 180) }),
      );
      const tail = literal.startsWith("sntrys") ? `_${random("base62", 43)}` : "";
      return of(`${literal.slice(0, -3)}${json.toString("base64url")}${tail}`, false);
    }
    case "pypi-macaroon": {
      const macaroon = Buffer.concat([
        Buffer.from([2, 1, 8]),
        Buffer.from(["pypi", "org"].join(".")),
        Buffer.from(random("base62", 90)),
      ]);
      return of(`pypi-${macaroon.toString("base64url")}`, false);
    }
  }
}

function fill(part: TokenPart): string {
  if (typeof part === "string") return part;
  const alphabet = part.of in characters ? part.of : "base62";
  const length = Math.min(part.most, part.least + 8);
  switch (alphabet) {
    case "digit":
    case "hex":
    case "upper":
    case "base32":
    case "lower36":
    case "letters":
    case "base62":
    case "bech32":
      return random(alphabet, length);
    default:
      return random("base62", length);
  }
}

/** A private key that nobody uses, PKCS#8. */
export function syntheticKey(passphrase?: string): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const sealing = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return privateKey.export({ type: "pkcs8", format: "pem", ...sealing }).toString();
}
