import type { CheckHit, CheckText } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import type { IndexedImage } from "../../core/indexed.ts";
import { withoutSecrets } from "./secret-cuts.ts";
import { findNamedSecrets, namedMessage } from "./secret-names.ts";
import { apartFrom } from "./secret-overlap.ts";
import * as texts from "./secret-texts.ts";
import { findTokens } from "./secret-tokens.ts";
import { ascii } from "./secret-words.ts";

/** Secrets in environment, labels and history, one judge for each severity. */
export const secretJudges: readonly ImageJudge[] = [
  texts.provenInConfig,
  texts.tokenInConfig,
  texts.passwordInConfig,
].map((text) => ({
  text,
  judge: (image) => hitsOf(image).flatMap(({ check, ...hit }) => (check === text ? [hit] : [])),
}));

interface Section {
  /** Where in the config: `ENV NAME`, `label NAME`, `history entry 3`. */
  readonly where: string;
  readonly text: string;
  readonly layer: number | undefined;
}

interface Secret {
  readonly check: CheckText;
  readonly start: number;
  readonly length: number;
  readonly message: string;
}

type SecretHit = CheckHit & { readonly check: CheckText };

const found = new WeakMap<IndexedImage, readonly SecretHit[]>();

// Each of the judges asks about the same image: it is searched once.
function hitsOf(image: IndexedImage): readonly SecretHit[] {
  const hits = found.get(image) ?? searchImage(image);
  found.set(image, hits);
  return hits;
}

// What an image says twice, as its ENV and in the history entry that set it, or as argument of each RUN, is told once, of its first place.
function searchImage(image: IndexedImage): readonly SecretHit[] {
  const sections = sectionsOf(image);
  const text = sections.map((section) => section.text).join("\n");
  const told = new Set<string>();
  const hits: SecretHit[] = [];
  const sectionAt = createSectionSearch(sections);
  for (const { check, start, length, message } of secretsIn(text)) {
    const value = text.slice(start, start + length);
    const section = sectionAt(start);
    if (told.has(value) || section === undefined) continue;
    told.add(value);
    hits.push({ check, message: `${section.where}: ${message}`, layer: section.layer });
  }
  return hits;
}

function sectionsOf({ config, layers }: IndexedImage): readonly Section[] {
  const fits = config.history.filter(({ emptyLayer }) => !emptyLayer).length === layers.length;
  let made = 0;
  const history = config.history.map(({ createdBy, emptyLayer }, at): Section => {
    const layer = emptyLayer || !fits ? undefined : made;
    if (!emptyLayer) made += 1;
    return { where: `history entry ${at + 1}`, text: ascii(createdBy), layer };
  });
  return [
    ...config.env.map((entry) => ({
      where: `ENV ${shownName(entry.split("=", 1)[0] ?? "")}`,
      text: ascii(entry),
      layer: undefined,
    })),
    ...Object.entries(config.labels).map(([name, value]) => ({
      where: `label ${shownName(name)}`,
      text: ascii(`${name}=${value}`),
      layer: undefined,
    })),
    ...history,
  ];
}

// Who forgets the name leaves the value in its place.
function shownName(name: string): string {
  const shown = withoutSecrets(name.slice(0, 120));
  return /^[\w./-]+$/.test(shown) ? shown : "without a name";
}

// The section in which a place of the joined text is; places are asked for in ascending order.
function createSectionSearch(sections: readonly Section[]): (start: number) => Section | undefined {
  let at = 0;
  let end = 0;
  return (start) => {
    for (; at < sections.length; at += 1) {
      const section = sections[at];
      const next = end + (section?.text.length ?? 0) + 1;
      if (start < next) return section;
      end = next;
    }
    return undefined;
  };
}

function secretsIn(text: string): readonly Secret[] {
  const tokens = findTokens(Buffer.from(text, "latin1")).map(({ grade, ...found }): Secret => {
    const check = grade === "proven" ? texts.provenInConfig : texts.tokenInConfig;
    return { check: grade === "sealed-key" ? texts.passwordInConfig : check, ...found };
  });
  const named = findNamedSecrets(text).map((secret): Secret => {
    const check = secret.service === undefined ? texts.passwordInConfig : texts.tokenInConfig;
    return { check, start: secret.start, length: secret.value.length, message: namedMessage(secret) };
  });
  return [...tokens, ...apartFrom(named, tokens)].sort((a, b) => a.start - b.start);
}
