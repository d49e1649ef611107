import { codeOf, SeaworthyError } from "../../core/errors.ts";
import type { AttachedImage, Referrer } from "../attached-image.ts";
import type { Descriptor } from "../manifest.ts";
import type { WantedPlatform } from "../platform.ts";
import { mostReferrers, parseReferrers, referrersTag, subjectOf } from "../referrers.ts";
import { resolveImage, verifyDigest } from "../resolve.ts";
import { blobPath, type LayoutFiles, layoutEntries, layoutStore, select } from "./layout.ts";

/** What hangs on an image of an OCI layout: entries of its index.json whose subject it is, or that have cosign's tags. */
export async function attachedInLayout(
  files: LayoutFiles,
  selection: string | undefined,
  wanted: WantedPlatform,
  close: () => Promise<void>,
): Promise<AttachedImage> {
  const entries = await layoutEntries(files);
  const roots = select(entries, selection);
  const named = [...new Set(roots.map(({ digest }) => digest))];
  const resolve = wanted.asked || named.length > 1;
  const { digest } = resolve ? await resolveImage(layoutStore(files), roots, wanted) : {};
  const root = named.length === 1 ? named : [];
  const subjects = [...new Set([...root, ...(digest === undefined ? [] : [digest])])];
  const manifests = await Promise.all(
    subjects.map(async (subject) => [subject, await read(files, subject)] as const),
  );
  return {
    name: "",
    subjects,
    manifests: new Map(manifests),
    referrers: (subject) => referrersIn(files, entries, subject),
    tagged: (tag) => taggedIn(files, entries, tag),
    manifest: (wantedDigest) => read(files, wantedDigest),
    blob: async (blob, size, limit) => {
      if (size > limit) throw new SeaworthyError("limit-exceeded", `read blob "${blob}": ${size} bytes`);
      return read(files, blob);
    },
    destination: undefined,
    close,
  };
}

async function read(files: LayoutFiles, digest: string): Promise<Uint8Array> {
  const bytes = await files.read(blobPath(digest));
  verifyDigest(bytes, digest, `"${digest}" of OCI layout`);
  return bytes;
}

async function referrersIn(
  files: LayoutFiles,
  entries: readonly Descriptor[],
  subject: string,
): Promise<{ readonly entries: readonly Referrer[]; readonly incomplete?: string }> {
  const others = entries.filter(({ digest }) => digest !== subject);
  const found: Referrer[] = [];
  for (const { digest } of others.slice(0, mostReferrers)) {
    const about = await subjectIn(files, digest);
    if (about?.subject === subject) found.push({ digest, artifactType: about.artifactType });
  }
  const index = await taggedIn(files, entries, referrersTag(subject));
  const listed = index === undefined ? [] : parseReferrers(new TextDecoder().decode(index));
  const all = [...new Map([...found, ...listed].map((entry) => [entry.digest, entry])).values()];
  if (others.length <= mostReferrers && all.length <= mostReferrers) return { entries: all };
  const incomplete = `the layout lists more than ${mostReferrers} manifests: the others were not looked at`;
  return { entries: all.slice(0, mostReferrers), incomplete };
}

// Another image of the layout may be damaged: that is its own matter.
async function subjectIn(
  files: LayoutFiles,
  digest: string,
): Promise<ReturnType<typeof subjectOf> | undefined> {
  try {
    return subjectOf(new TextDecoder().decode(await read(files, digest)));
  } catch (thrown) {
    if (codeOf(thrown) === "internal") throw thrown;
    return undefined;
  }
}

const kinds: ReadonlyMap<string, string> = new Map([
  [".sig", "dev.cosignproject.cosign/sigs"],
  [".att", "dev.cosignproject.cosign/atts"],
]);

// `cosign save` writes no tags, but says in the annotation `kind` what an entry is.
async function taggedIn(
  files: LayoutFiles,
  entries: readonly Descriptor[],
  tag: string,
): Promise<Uint8Array | undefined> {
  const kind = kinds.get(tag.slice(-4));
  const found = entries.find(
    ({ annotations }) =>
      annotations["org.opencontainers.image.ref.name"] === tag ||
      (kind !== undefined && annotations["kind"] === kind),
  );
  return found === undefined ? undefined : read(files, found.digest);
}
