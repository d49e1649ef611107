import { bufferOf } from "../../formats/lines.ts";
import { createLiteralSearch } from "../../formats/literal-search.ts";
import { readPrivateKey } from "../../formats/private-key.ts";
import { alphabets, type TokenKind, type TokenPart, tokenKinds } from "./secret-kinds.ts";
import { marks } from "./secret-marks.ts";
import { awsPair, type Standing, standingOf } from "./secret-proof.ts";
import { entropyOf, isPlaceholder, masked } from "./secret-words.ts";

/** How bad it is: `proven` by a checksum or as cloud credentials, a `token` of the right form, a `key`, one with a passphrase. */
export type SecretGrade = "proven" | "token" | "key" | "sealed-key";

/** A secret in a text. */
export interface FoundSecret {
  readonly grade: SecretGrade;
  /** Where it stands. */
  readonly start: number;
  readonly length: number;
  /** What it is, in words: never more of it than its first four characters. */
  readonly message: string;
}

const search = createLiteralSearch(marks.map(({ literal, next }) => ({ text: literal, next })));
const grammars = new Map(tokenKinds.map((kind) => [kind, grammarOf(kind)]));

/**
 * Tokens and private keys in bytes of text, by their own form: one pass for what all of them begin with, then the grammar at each
 * such place. `isPage`: a page or browser script, where some keys are public by design.
 */
export function findTokens(bytes: Uint8Array, isPage = false): readonly FoundSecret[] {
  const places = search(bytes);
  if (places.length === 0) return [];
  const buffer = bufferOf(bytes);
  return places.flatMap(({ at, literal: index }) => {
    const mark = marks[index];
    if (mark === undefined) return [];
    const { literal, kind } = mark;
    const secret = kind === "private-key" ? keyAt(buffer, at) : tokenAt(buffer, at, literal, kind, isPage);
    return secret ?? [];
  });
}

function keyAt(buffer: Buffer, at: number): FoundSecret | undefined {
  const key = readPrivateKey(buffer.toString("latin1", at, keyEnd(buffer, at)));
  if (key === undefined) return undefined;
  const { form, encrypted, length } = key;
  const place = { start: at, length };
  if (encrypted)
    return { ...place, grade: "sealed-key", message: `a private key (${form}) with a passphrase` };
  if (
    /"type"\s*:\s*"service_account"/.test(
      buffer.toString("latin1", Math.max(0, at - 1000), at + length + 2000),
    )
  )
    return { ...place, grade: "proven", message: "a key of a Google Cloud service account" };
  return { ...place, grade: "key", message: `a private key (${form}) without a passphrase` };
}

// A key is wanted whole, a marker without one (they are in every program that reads keys) costs a few characters.
function keyEnd(buffer: Buffer, at: number): number {
  const header = buffer.toString("latin1", at, at + 80);
  if (header.startsWith("PuTTY")) return at + 16_384;
  const label = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/.exec(header)?.[0];
  const dashes = label === undefined ? -1 : buffer.indexOf("-----", at + label.length);
  return dashes < 0 || dashes - at > longestKey ? at : dashes + 60;
}

const longestKey = 66_000;

interface Grammar {
  /** Most characters after the literal. */
  readonly reach: number;
  readonly lead: RegExp | undefined;
  readonly forms: readonly RegExp[];
}

// All parts are bounded, and no part's characters can be read as the next part's beginning for long: time is linear.
function grammarOf({ lead, forms }: TokenKind): Grammar {
  return {
    reach: Math.max(...forms.map((parts) => parts.reduce((sum, part) => sum + longest(part), 0))),
    lead: lead === undefined ? undefined : new RegExp(`${lead.map(sourceOf).join("")}$`),
    forms: forms.map(
      (parts) => new RegExp(`${parts.map(sourceOf).join("")}(?![\\w${alphabetAfter(parts.at(-1))}])`, "y"),
    ),
  };
}

function longest(part: TokenPart): number {
  return typeof part === "string" ? part.length : part.most;
}

function sourceOf(part: TokenPart): string {
  if (typeof part === "string") return part.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  const { of, least, most } = part;
  return `[${alphabets[of]}]{${least}${least === most ? "" : `,${most}`}}`;
}

function alphabetAfter(last: TokenPart | undefined): string {
  return typeof last === "object" ? alphabets[last.of] : "";
}

/** Characters before a token and after it that may tell what it is. */
const around = 320;

function tokenAt(
  buffer: Buffer,
  at: number,
  literal: string,
  kind: TokenKind,
  isPage: boolean,
): FoundSecret | undefined {
  const grammar = grammars.get(kind);
  if (grammar === undefined || (isPage && kind.publicInPages === true)) return undefined;
  if (grammar.lead === undefined && isWord(buffer[at - 1]) && isWord(buffer[at])) return undefined;
  const from = Math.max(0, at - around);
  const text = buffer.toString("latin1", from, at + literal.length + grammar.reach + around);
  const found = tokenIn(text, at - from, literal, kind, grammar);
  return found === undefined ? undefined : { ...found, start: found.start + from };
}

function isWord(byte: number | undefined): boolean {
  return byte !== undefined && /\w/.test(String.fromCharCode(byte));
}

function tokenIn(
  text: string,
  at: number,
  literal: string,
  kind: TokenKind,
  grammar: Grammar,
): FoundSecret | undefined {
  const lead =
    grammar.lead === undefined ? "" : grammar.lead.exec(text.slice(Math.max(0, at - 100), at))?.[0];
  if (lead === undefined) return undefined;
  const start = at - lead.length;
  if (/\w/.test(text.charAt(start - 1)) && /^\w/.test(text.charAt(start))) return undefined;
  const end = formEnd(grammar, text, at + literal.length);
  if (end === undefined) return undefined;
  const candidate = { token: text.slice(start, end), literal, text, start };
  const standing = judge(kind, candidate);
  if (standing === undefined) return undefined;
  const message = `${article(kind.service)} ${kind.service} ${kind.what} (${masked(candidate.token)})`;
  const span = (kind.proof === "aws-pair" ? awsPair(candidate) : undefined) ?? { start, end };
  return {
    grade: standing === "proven" ? "proven" : "token",
    start: span.start,
    length: span.end - span.start,
    message,
  };
}

function formEnd({ forms }: Grammar, text: string, at: number): number | undefined {
  for (const form of forms) {
    form.lastIndex = at;
    if (form.test(text)) return form.lastIndex;
  }
  return undefined;
}

function judge(kind: TokenKind, candidate: Parameters<typeof standingOf>[1]): Standing {
  const { token, literal, text, start } = candidate;
  const body = token.replace(literal, "");
  if (isPlaceholder(body) || entropyOf(body) < leastEntropy(body)) return undefined;
  if (kind.near !== undefined) {
    const near = text.slice(Math.max(0, start - 200), start + token.length + 200);
    if (!near.toLowerCase().includes(kind.near)) return undefined;
  }
  return kind.proof === undefined ? "formed" : standingOf(kind.proof, candidate);
}

// Chance gives nearly all the bits that length and alphabet allow; what a human types as a sample gives far less.
function leastEntropy(body: string): number {
  const characters = /^[0-9a-f_\W]+$/.test(body) ? 16 : 62;
  return 0.65 * Math.log2(Math.min(characters, body.length));
}

function article(service: string): string {
  return /^[AEIO]/.test(service) ? "an" : "a";
}
