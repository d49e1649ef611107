import type { CheckFinding, CheckText } from "../../core/check.ts";
import type { NamedImage, Pinned } from "../../core/image-set.ts";
import type { Policy } from "../../core/policy.ts";
import { splitReference } from "../../core/reference.ts";

/** An image that the files name by a tag. */
const notByDigest: CheckText = {
  id: "SW-IM-080",
  aliases: [],
  title: "Image not pinned by digest",
  severity: "low",
  why: "A tag can be moved: what was scanned and approved need not be what the next node pulls, and two pods of one deployment can run different images.",
  remedy:
    "Name the image with its digest beside the tag, NAME:TAG@sha256:…; tools such as Renovate keep both up to date.",
  example: { before: "image: nginx:1.27.0", after: "image: nginx:1.27.0@sha256:…" },
  links: ["https://kubernetes.io/docs/concepts/containers/images/#image-names"],
};

/** An image that the files name by `latest`, or by nothing. */
const latestOrNone: CheckText = {
  id: "SW-IM-081",
  aliases: ["CKV_K8S_14", "KSV-0013"],
  title: "Image with the tag latest or without a tag",
  severity: "medium",
  why: "Which version runs is decided by the day on which a node pulls the image, a roll-back has nothing to go back to, and no scan speaks for the next pull.",
  remedy: "Name a version, NAME:TAG, and its digest.",
  example: { before: "image: nginx", after: "image: nginx:1.27.0@sha256:…" },
  links: ["https://kubernetes.io/docs/concepts/configuration/overview/#container-images"],
};

/** All that is said of how files name images. */
export const pinningChecks: readonly CheckText[] = [notByDigest, latestOrNone];

/** How firmly a reference as written names its image. */
export function pinnedOf(reference: string): Pinned {
  const { tag, digest } = splitReference(reference);
  if (digest !== "") return "digest";
  if (tag === "") return "none";
  return tag === "latest" ? "latest" : "tag";
}

/** What is to be said of how the files name an image: one finding at most, with the places. */
export function checkPinning(
  { reference, uses }: NamedImage,
  settings: Policy["checks"],
): readonly CheckFinding[] {
  const pinned = pinnedOf(reference);
  if (pinned === "digest") return [];
  const { id, aliases, title, severity: usual, why, remedy } = pinned === "tag" ? notByDigest : latestOrNone;
  const { off = false, severity = usual } = settings[id] ?? {};
  if (off) return [];
  const paths = uses.map(({ file, line }) => (line === null ? file : `${file}:${line}`));
  const message = `"${reference}" ${states[pinned]}`;
  return [{ id, aliases, title, severity, why, remedy, message, paths, findings: 0 }];
}

const states: Readonly<Record<Exclude<Pinned, "digest">, string>> = {
  tag: "is named by a tag alone",
  latest: "is named by the tag latest",
  none: "is named without tag and digest",
};
