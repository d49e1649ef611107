import type { BaseCurrency } from "../core/currency.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { IndexedImage } from "../core/indexed.ts";
import { type ImageReference, parseReference } from "../core/reference.ts";
import type { Gap } from "../core/report.ts";
import { type BaseName, findBaseName, isBehind, type TagImage } from "../images/base-tag.ts";

/** How the base's registry is asked. */
export interface BaseQuestion {
  /** As the user names it. */
  readonly given: string | undefined;
  /** Text of the Dockerfile that is said to have made the image. */
  readonly dockerfile: string | undefined;
  /** Fetches manifest and config of `registry:REF`. `trusted`: the user wrote the reference, not the image. */
  readonly open: (reference: string, trusted: boolean) => Promise<TagImage>;
}

/** What was told of the base, and what was not. */
export interface BaseAnswer {
  readonly base: BaseCurrency | null;
  readonly gaps: readonly Gap[];
  readonly notes: readonly string[];
}

/** Asks the registry of an image's base for what its tag is now. */
export async function askBase(image: IndexedImage, question: BaseQuestion): Promise<BaseAnswer> {
  const { given, dockerfile } = question;
  const name = findBaseName(image, given, dockerfile);
  if (name === undefined) return unasked("nothing names the image's base: give it with --base REFERENCE");
  if (name.reference === "scratch") return unasked("the image is built from scratch: it has no base");
  try {
    const reference = parseReference(name.reference);
    if (reference.tag === null)
      return unasked(`the base "${name.reference}" is named by its digest: it has no tag that could move`);
    return await compared(image, name, reference, question);
  } catch (thrown) {
    return { base: null, gaps: [{ code: "base-unread", message: messageOf(thrown) }], notes: [] };
  }
}

function unasked(note: string): BaseAnswer {
  return { base: null, gaps: [], notes: [note] };
}

async function compared(
  image: IndexedImage,
  name: BaseName,
  { domain, path, tag }: ImageReference,
  { open }: BaseQuestion,
): Promise<BaseAnswer> {
  const trusted = name.namedBy === "option" || name.namedBy === "dockerfile";
  const reference = `${domain}/${path}:${tag}`;
  const now = await open(`registry:${reference}`, trusted);
  if (now.digest === undefined)
    throw new SeaworthyError("image-invalid", `read base "${reference}": it has no digest`);
  const fits = isBehind(image, now, undefined);
  const recorded =
    fits.behind === false || name.digest === undefined
      ? undefined
      : await stillThere(() => open(`registry:${domain}/${path}@${name.digest}`, trusted));
  const base = { reference, namedBy: name.namedBy, digest: now.digest, ...isBehind(image, now, recorded) };
  const note = `whether the image was built on "${reference}" cannot be told from its layers: it may be squashed, or be built on another image`;
  return { base, gaps: [], notes: base.behind === null ? [note] : [] };
}

// Registries delete what no tag names any more: that is no failure.
async function stillThere(open: () => Promise<TagImage>): Promise<TagImage | undefined> {
  try {
    return await open();
  } catch {
    return undefined;
  }
}
