import type { Extraction, Extractor, FoundFile, Observation } from "../../core/plugin.ts";
import { bufferOf } from "../../formats/lines.ts";
import { findNamedSecrets, namedMessage } from "./secret-names.ts";
import { apartFrom } from "./secret-overlap.ts";
import { isUtf16, isWorthReading, mostBytes, type Place, placeOf, snakeoil } from "./secret-places.ts";
import type { LoginStore } from "./secret-stores.ts";
import * as texts from "./secret-texts.ts";
import { findTokens, type SecretGrade } from "./secret-tokens.ts";
import { isPlaceholder } from "./secret-words.ts";

/** Looks for secrets in files that may hold some. Nothing of a value but its first characters leaves this probe. */
export const secretProbe: Extractor = {
  id: "secrets",
  minor: true,
  wants: (file) => isWorthReading(file) && file.path !== snakeoil,
  extract: observe,
};

/** The checks whose findings it observes. */
export const secretTexts = [
  texts.provenSecret,
  texts.tokenInFile,
  texts.privateKey,
  texts.sealedKey,
  texts.storedLogin,
  texts.passwordInFile,
  texts.credentialFile,
  texts.historyFile,
  texts.gitDirectory,
  texts.environmentFile,
];

interface Sight {
  readonly check: string;
  readonly message: string;
  readonly start: number;
  readonly length: number;
}

/** Most secrets that are told of one file. */
const mostSights = 20;

function observe({ path, bytes }: FoundFile): Extraction {
  const place = placeOf(path);
  const content = plainBytes(bytes.read(0, mostBytes));
  const inContent = place.isRepository ? [] : sightsIn(content, place);
  const sights = inContent.length > 0 ? inContent : byName(place);
  const told = place.isHistory && inContent.length > 0 ? [...byName(place), ...sights] : sights;
  if (told.length === 0) return nothing;
  const more = told.length - mostSights;
  const observations = withLines(told.slice(0, mostSights), content);
  const [last] = observations.slice(-1);
  return more <= 0 || last === undefined
    ? { observations }
    : { observations: [...observations, { ...last, message: `${more} more of these and other secrets` }] };
}

const nothing: Extraction = { observations: [] };

// A latin-1 view of any encoding: secrets are ASCII, and UTF-16 has a zero beside each character of it.
function plainBytes(bytes: Uint8Array): Uint8Array {
  return isUtf16(bytes) ? bytes.filter((byte) => byte !== 0) : bytes;
}

function sightsIn(content: Uint8Array, place: Place): readonly Sight[] {
  const tokens = findTokens(content, place.isPage).map(({ grade, ...found }) => ({
    ...found,
    check: checkOf(grade),
  }));
  const byKeys = place.stores.length > 0 || place.isConfig;
  if (!byKeys) return tokens;
  const raw = bufferOf(content).toString("latin1");
  const text = place.name.endsWith(".xml") ? blankComments(raw) : raw;
  const logins = place.stores.flatMap((store) => loginsIn(text, store));
  const known = [...tokens, ...apartFrom(logins, tokens)];
  const passwords = place.isConfig ? apartFrom(passwordsIn(text), known) : [];
  return [...known, ...passwords].sort((a, b) => a.start - b.start);
}

// Maven ships its settings with samples of every element in comments.
function blankComments(xml: string): string {
  const parts = xml.split("<!--");
  return parts
    .map((part, at) => {
      const end = at === 0 ? 0 : part.indexOf("-->");
      const blank = end < 0 ? part.length : end;
      return `${at === 0 ? "" : "    "}${" ".repeat(blank)}${part.slice(blank)}`;
    })
    .join("");
}

function checkOf(grade: SecretGrade): string {
  switch (grade) {
    case "proven":
      return texts.provenSecret.id;
    case "token":
      return texts.tokenInFile.id;
    case "key":
      return texts.privateKey.id;
    case "sealed-key":
      return texts.sealedKey.id;
  }
}

function loginsIn(text: string, { what, value, hash }: LoginStore): readonly Sight[] {
  if (value === undefined) return [];
  const sights: Sight[] = [];
  for (const match of text.matchAll(value)) {
    const [all, secret] = match;
    if (secret === undefined || (hash !== true && isPlaceholder(secret))) continue;
    const start = match.index + all.lastIndexOf(secret);
    const message = `a stored login (${what}) with a secret of ${secret.length} characters`;
    sights.push({ check: texts.storedLogin.id, message, start, length: secret.length });
    if (sights.length > mostMatches) break;
  }
  return sights;
}

function passwordsIn(text: string): readonly Sight[] {
  return findNamedSecrets(text)
    .slice(0, mostMatches)
    .map((secret) => ({
      check: secret.service === undefined ? texts.passwordInFile.id : texts.tokenInFile.id,
      message: namedMessage(secret),
      start: secret.start,
      length: secret.value.length,
    }));
}

const mostMatches = 1000;

function byName({ name, isHistory, isRepository, isEnvironment, isCredential }: Place): readonly Sight[] {
  const sight = (check: string, message: string): readonly Sight[] => [
    { check, message, start: 0, length: 0 },
  ];
  if (isRepository) return sight(texts.gitDirectory.id, "a git repository with its history");
  if (isHistory) return sight(texts.historyFile.id, `what was typed (${name})`);
  if (isCredential) return sight(texts.credentialFile.id, `a file named ${name}`);
  if (isEnvironment) return sight(texts.environmentFile.id, "settings for the environment");
  return [];
}

function withLines(sights: readonly Sight[], content: Uint8Array): readonly Observation[] {
  let line = 1;
  let at = 0;
  return sights.map(({ check, message, start, length }) => {
    if (length === 0) return { check, message, unlessOwned: true };
    for (let feed = content.indexOf(10, at); feed >= 0 && feed < start; feed = content.indexOf(10, at)) {
      line += 1;
      at = feed + 1;
    }
    return { check, message, line, unlessOwned: true };
  });
}
