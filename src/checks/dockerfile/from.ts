import type { Stage } from "../../formats/dockerfile-tree.ts";
import type { Span } from "../../formats/mapped-text.ts";
import { type DockerfileRule, type Hit, hadolint, type LintSubject, lineSpan } from "./rule.ts";

function stageRule(
  about: DockerfileRule["about"],
  find: (stage: Stage, subject: LintSubject) => Hit | undefined,
): DockerfileRule {
  return {
    about,
    check: (subject) => subject.dockerfile.stages.flatMap((stage) => find(stage, subject) ?? []),
  };
}

/** An image reference in its parts; `name` without tag and digest. */
function partsOf(reference: string): {
  readonly registry: string | undefined;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
} {
  const [rest = "", digest] = reference.split("@");
  const slash = rest.lastIndexOf("/");
  const colon = rest.indexOf(":", slash + 1);
  const [first = "", ...more] = rest.split("/");
  const registry = more.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : undefined;
  return { registry, tag: colon < 0 ? undefined : rest.slice(colon + 1), digest };
}

// What stands for the image: the words as written, where a variable has no default.
function external(stage: Stage): string | undefined {
  const written = stage.image?.raw ?? "";
  if (stage.parent !== undefined || stage.base === "scratch" || written === "") return undefined;
  return stage.base === "" ? undefined : stage.base;
}

function imageSpan({ image, from }: Stage): Span {
  return image ?? lineSpan(from);
}

/** DL3006. */
const untagged = stageRule(
  hadolint("DL3006", "warning", {
    title: "Name the tag of the base image",
    why: "Without a tag the newest release is taken, whichever that is on the day of the build: the base changes under the application.",
    remedy: "Write IMAGE:TAG, or better IMAGE:TAG@DIGEST.",
    example: { before: "FROM debian", after: "FROM debian:12.7-slim" },
  }),
  (stage) => {
    const image = external(stage);
    const { tag, digest } = partsOf(image ?? "");
    // A variable without a default may hold the tag.
    if (image === undefined || tag !== undefined || digest !== undefined || stage.unsetBase) return undefined;
    return { ...imageSpan(stage), message: `Name a tag of ${image}` };
  },
);

/** DL3007. */
const latest = stageRule(
  hadolint("DL3007", "warning", {
    title: "Do not build on the tag latest",
    why: "latest is moved with every release: the base changes under the application, and nobody can tell from the Dockerfile which one it is.",
    remedy: "Write the tag of a release.",
    example: { before: "FROM debian:latest", after: "FROM debian:12.7-slim" },
  }),
  (stage) => {
    const { tag, digest } = partsOf(external(stage) ?? "");
    return tag === "latest" && digest === undefined ? { ...imageSpan(stage) } : undefined;
  },
);

/** DL3024. */
const uniqueNames: DockerfileRule = {
  about: hadolint("DL3024", "error", {
    aliases: ["DuplicateStageName"],
    title: "Give each stage a name of its own",
    why: "Of two stages with one name, COPY --from and --target take one: which, is not what the reader thinks.",
    remedy: "Rename one of them.",
  }),
  check: ({ dockerfile }) =>
    dockerfile.stages.flatMap((stage) => {
      const twin = dockerfile.stages.find(({ name }) => name === stage.name);
      if (stage.name === undefined || twin === stage || twin === undefined) return [];
      return {
        ...nameSpan(stage),
        message: `The stage of line ${twin.from.line} has the name "${stage.name}", too`,
      };
    }),
};

function nameSpan({ from }: Stage): Span {
  return from.words[2] ?? lineSpan(from);
}

/** DL3026. */
const trusted = stageRule(
  hadolint("DL3026", "error", {
    title: "Build only on images of trusted registries",
    why: "Whoever controls the base image controls the container; the project's configuration says whose images may be built on.",
    remedy: "Take the image from a registry that trustedRegistries in .hadolint.yaml lists.",
  }),
  (stage, { settings: { trustedRegistries } }) => {
    const image = external(stage);
    if (image === undefined || trustedRegistries.length === 0) return undefined;
    const registry = partsOf(image).registry;
    const names = registry === undefined ? ["docker.io", "hub.docker.com"] : [registry];
    if (trustedRegistries.some((pattern) => names.some((name) => fits(name, pattern)))) return undefined;
    return { ...imageSpan(stage), message: `${registry ?? "docker.io"} is no trusted registry` };
  },
);

// A star at the beginning, at the end or alone, as Hadolint takes them.
function fits(name: string, pattern: string): boolean {
  if (pattern === "*") return true;
  if (pattern.startsWith("*")) return name.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return name === pattern;
}

// A default is what classic builders, which do not set them, fall back to.
const builders = /^\$(?:\{(?:BUILD|TARGET)PLATFORM(?::?-[^}]*)?\}|(?:BUILD|TARGET)PLATFORM$)/;

/** DL3029. */
const platform = stageRule(
  hadolint("DL3029", "warning", {
    aliases: ["FromPlatformFlagConstDisallowed"],
    title: "Do not fix the platform of FROM",
    why: "The image is then built for that one platform, whichever the build asks for: on others it runs slowly under emulation or not at all.",
    remedy: "Leave --platform out, or use $BUILDPLATFORM for a stage that cross-compiles.",
    example: { before: "FROM --platform=linux/amd64 debian:12.7", after: "FROM debian:12.7" },
  }),
  ({ from }) => {
    const flag = from.flags.find(({ name }) => name === "platform");
    const value = flag?.value?.replace(/^["']|["']$/g, "") ?? "";
    return flag === undefined || value === "" || builders.test(value)
      ? undefined
      : { start: flag.start, end: flag.end };
  },
);

/** DL3065. */
const redundantPlatform = stageRule(
  hadolint("DL3065", "warning", {
    aliases: ["RedundantTargetPlatform"],
    title: "Leave --platform=$TARGETPLATFORM out",
    why: "It says what holds without it; who reads it looks for a reason that is not there.",
    remedy: "Leave the flag out.",
    example: { before: "FROM --platform=$TARGETPLATFORM debian:12.7", after: "FROM debian:12.7" },
  }),
  ({ from, image }) => {
    const flag = from.flags.find(({ name }) => name === "platform");
    if (flag === undefined || !/^\$\{?TARGETPLATFORM\}?$/.test(flag.value ?? "")) return undefined;
    const next = from.flags.find(({ start }) => start > flag.start) ?? image;
    const edits = [{ start: flag.start, end: next?.start ?? flag.end, text: "" }];
    return { start: flag.start, end: flag.end, fix: { description: "leave the flag out", edits } };
  },
);

/** DL3063. */
const reservedName = stageRule(
  hadolint("DL3063", "warning", {
    aliases: ["ReservedStageName"],
    title: "Do not name a stage scratch or context",
    why: "Both words have a meaning of their own: FROM scratch is the empty image, and context the files of the build.",
    remedy: "Choose another name.",
    links: ["https://docs.docker.com/reference/build-checks/reserved-stage-name/"],
  }),
  (stage) => (stage.name === "scratch" || stage.name === "context" ? { ...nameSpan(stage) } : undefined),
);

/** DL3061. */
const order: DockerfileRule = {
  about: hadolint("DL3061", "error", {
    title: "Begin with FROM or ARG",
    why: "An instruction before the first FROM belongs to no stage; the build refuses it.",
    remedy: "Move it below FROM.",
  }),
  check: ({ dockerfile }) =>
    // A file without any FROM is no Dockerfile, which the verdict tells.
    (dockerfile.stages.length === 0 ? [] : dockerfile.globals)
      .filter(({ keyword }) => keyword !== "ARG")
      .map((instruction) => ({
        ...lineSpan(instruction),
        message: `${instruction.keyword} stands before the first FROM`,
      })),
};

/** Rules on FROM. */
export const fromRules: readonly DockerfileRule[] = [
  untagged,
  latest,
  uniqueNames,
  trusted,
  platform,
  redundantPlatform,
  reservedName,
  order,
];
