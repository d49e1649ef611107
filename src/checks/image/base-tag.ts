import { type CheckOptions, type NamesOption, namesOf } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import { type ImageReference, parseReference } from "../../core/reference.ts";

const movingTags: NamesOption = {
  name: "tags",
  kind: "names",
  default: ["latest"],
  meaning: "tags that move without saying so (edge, nightly, stable)",
};

const baseName = "org.opencontainers.image.base.name";

/** The base image that annotations or labels name has a tag that moves. */
export const baseTag: ImageJudge = {
  text: {
    id: "SW-IM-062",
    aliases: ["DKL-DI-0006", "CIS-Docker-4.2", "DL3006", "DL3007"],
    title: "Base image without a version",
    severity: "low",
    why: "The tag latest means another image tomorrow: a build cannot be repeated, and nobody can tell what an old image was built from.",
    remedy: "Name a version and its digest; a bot (Renovate, Dependabot) keeps it up to date.",
    example: { before: "FROM debian", after: "FROM debian:12.8-slim@sha256:…" },
    links: ["https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"],
    options: [movingTags],
  },
  judge({ annotations, config }, options) {
    const name = annotations[baseName] || config.labels[baseName] || "";
    const reference = readReference(name);
    return reference !== undefined && moves(reference, options)
      ? [{ message: `the base image is ${reference.canonical}` }]
      : [];
  },
};

/** The image itself was asked for by a tag that moves. */
export const ownTag: ImageJudge = {
  text: {
    id: "SW-IM-063",
    aliases: ["DKL-DI-0006"],
    title: "Image used by the tag latest",
    severity: "low",
    why: "Nodes that pull the same tag on different days run different images, and there is no older one to go back to.",
    remedy: "Tag what is built with its version or commit, and deploy by digest.",
    example: {
      before: "docker push registry.example.com/app",
      after: "docker push registry.example.com/app:1.4.2",
    },
    links: ["https://kubernetes.io/docs/concepts/containers/images/#image-names"],
    options: [movingTags],
  },
  judge({ reference }, options) {
    const named = /^(?:docker:\/\/|(?:docker|docker-daemon|podman|containerd|registry):)(.+)$/s.exec(
      reference,
    );
    // What has no scheme may be a file: only a tag that is written out makes it a reference for sure.
    const isFile = /^(?:dir|docker-archive|oci|oci-archive):/.test(reference);
    const text =
      named?.[1] ?? (!isFile && /^[^:]+(?::\d+\/[^:]+)?:[\w.-]+$/.test(reference) ? reference : "");
    const read = readReference(text);
    return read !== undefined && moves(read, options)
      ? [{ message: `the image was asked for as ${read.canonical}` }]
      : [];
  },
};

function moves({ tag, digest }: ImageReference, options: CheckOptions): boolean {
  return digest === null && tag !== null && namesOf(options, movingTags).includes(tag);
}

function readReference(text: string): ImageReference | undefined {
  if (text === "" || text === "scratch") return undefined;
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}
