import { codeOf, messageOf } from "../core/errors.ts";
import type { TrustProblem } from "../core/trust.ts";
import { type ArtifactLayer, parseArtifact } from "./artifact.ts";
import { isBundleType } from "./bundle.ts";
import type { Material } from "./material.ts";
import type { Found } from "./verify.ts";

/** Where an image's attachments are read from; a registry, or a layout. Bytes come checked against their digests. */
export interface AttachmentSource {
  readonly subjects: readonly string[];
  readonly manifests: ReadonlyMap<string, Uint8Array>;
  referrers(digest: string): Promise<{
    readonly entries: readonly { readonly digest: string; readonly artifactType: string }[];
    readonly incomplete?: string;
  }>;
  tagged(tag: string): Promise<Uint8Array | undefined>;
  manifest(digest: string): Promise<Uint8Array>;
  blob(digest: string, size: number, limit: number): Promise<Uint8Array>;
}

/** How much of a stranger's attachments is read: of one, and of all of an image. */
export const gatherLimits = {
  manifests: 128,
  items: 256,
  bytes: 32 * 2 ** 20,
  allBytes: 128 * 2 ** 20,
} as const;

/** cosign's tag for what is signed: `sha256-HEX.sig` for signatures, `.att` for attestations. */
export function cosignTag(digest: string, suffix: "sig" | "att"): string {
  return `${digest.replace(":", "-")}.${suffix}`;
}

interface Gathering {
  readonly source: AttachmentSource;
  readonly materials: Material[];
  readonly incomplete: string[];
  readonly seen: Set<string>;
  manifestsLeft: number;
  bytesLeft: number;
}

/**
 * Reads all that claims to be signed beside an image: cosign's tags, and referrers of a type that can be. Does not follow what
 * hangs on attachments themselves.
 * @throws SeaworthyError when a registry cannot be asked; what single attachments are wrong in is material.
 */
export async function gather(source: AttachmentSource): Promise<Found> {
  const gathering: Gathering = {
    source,
    materials: [],
    incomplete: [],
    seen: new Set(),
    manifestsLeft: gatherLimits.manifests,
    bytesLeft: gatherLimits.allBytes,
  };
  for (const subject of source.subjects) {
    for (const suffix of ["sig", "att"] as const) await gatherTag(gathering, subject, suffix);
    await gatherReferrers(gathering, subject);
  }
  const { materials, incomplete } = gathering;
  return { subjects: source.subjects, manifests: source.manifests, materials, incomplete };
}

async function gatherTag(gathering: Gathering, subject: string, suffix: "sig" | "att"): Promise<void> {
  const tag = cosignTag(subject, suffix);
  const bytes = await gathering.source.tagged(tag);
  if (bytes === undefined) return;
  const claims = suffix === "sig" ? "signature" : "attestation";
  await gatherManifest(gathering, bytes, { subject, source: `tag ${tag}`, claims, isReferrer: false });
}

// Anything else that hangs on images (SBOMs, charts, pictures) is not opened.
const signedTypes =
  /^application\/(?:vnd\.dev\.cosign\.|vnd\.dev\.sigstore\.|vnd\.in-toto|vnd\.dsse\.|vnd\.oci\.empty\.|vnd\.oci\.image\.config\.)/;

async function gatherReferrers(gathering: Gathering, subject: string): Promise<void> {
  const { entries, incomplete } = await gathering.source.referrers(subject);
  if (incomplete !== undefined) gathering.incomplete.push(incomplete);
  const wanted = entries.filter(({ artifactType }) => artifactType === "" || signedTypes.test(artifactType));
  for (const { digest } of wanted) {
    if (gathering.seen.has(digest)) continue;
    gathering.seen.add(digest);
    if (gathering.manifestsLeft === 0) {
      const left = `more than ${gatherLimits.manifests} attachments: the others were not looked at`;
      return void gathering.incomplete.push(left);
    }
    gathering.manifestsLeft -= 1;
    const place: Place = { subject, source: `referrer ${digest}`, claims: "attestation", isReferrer: true };
    try {
      await gatherManifest(gathering, await gathering.source.manifest(digest), place);
    } catch (thrown) {
      refuse(gathering, place, thrown);
    }
  }
}

interface Place {
  readonly subject: string;
  readonly source: string;
  /** What it is taken for where it cannot be read. */
  readonly claims: "signature" | "attestation";
  readonly isReferrer: boolean;
}

async function gatherManifest(gathering: Gathering, bytes: Uint8Array, place: Place): Promise<void> {
  try {
    const { subject, layers } = parseArtifact(bytes, place.source);
    // The list is the registry's word; the manifest is what was pushed.
    if (place.isReferrer && subject !== place.subject) return;
    for (const layer of layers) await gatherLayer(gathering, layer, place);
  } catch (thrown) {
    refuse(gathering, place, thrown);
  }
}

async function gatherLayer(gathering: Gathering, layer: ArtifactLayer, place: Place): Promise<void> {
  const kind = kindOf(layer.mediaType);
  if (kind === undefined) return;
  if (gathering.materials.length === gatherLimits.items) {
    const left = `more than ${gatherLimits.items} signatures and attestations: the others were not looked at`;
    if (!gathering.incomplete.includes(left)) gathering.incomplete.push(left);
    return;
  }
  const claims = kind === "simple-signing" ? "signature" : place.claims;
  try {
    const limit = Math.min(gatherLimits.bytes, gathering.bytesLeft);
    const bytes = await gathering.source.blob(layer.digest, layer.size, limit);
    gathering.bytesLeft -= bytes.length;
    const common = { subjects: [place.subject], source: place.source, bytes };
    gathering.materials.push(
      kind === "bundle" ? { ...common, kind } : { ...common, kind, annotations: layer.annotations },
    );
  } catch (thrown) {
    refuse(gathering, { ...place, claims }, thrown);
  }
}

function kindOf(mediaType: string): "simple-signing" | "dsse" | "bundle" | undefined {
  if (mediaType === "application/vnd.dev.cosign.simplesigning.v1+json") return "simple-signing";
  if (mediaType === "application/vnd.dsse.envelope.v1+json") return "dsse";
  return isBundleType(mediaType) ? "bundle" : undefined;
}

const problems: ReadonlyMap<string, TrustProblem> = new Map([
  ["limit-exceeded", "limit-exceeded"],
  ["digest-mismatch", "malformed"],
  ["malformed", "malformed"],
  ["layer-unreadable", "malformed"],
  ["image-not-found", "malformed"],
  ["image-invalid", "malformed"],
]);

// What is wrong with one attachment says nothing of the others; a registry that does not answer does.
function refuse(gathering: Gathering, { subject, source, claims }: Place, thrown: unknown): void {
  const code = problems.get(codeOf(thrown));
  if (code === undefined) throw thrown;
  gathering.materials.push({
    kind: "unreadable",
    claims,
    code,
    message: messageOf(thrown),
    subjects: [subject],
    source,
  });
}
