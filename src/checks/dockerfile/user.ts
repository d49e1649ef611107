import type { Instruction } from "../../formats/dockerfile-instruction.ts";
import { lineage, type Stage } from "../../formats/dockerfile-tree.ts";
import { spanOf } from "../../formats/mapped-text.ts";
import { type DockerfileRule, hadolint, lineSpan, own } from "./rule.ts";
import type { Run } from "./run.ts";

function userOf({ args }: Instruction): string {
  return (args.text.split(":")[0] ?? "").trim().replace(/^["']|["']$/g, "");
}

/** DL3002. */
const endsAsRoot: DockerfileRule = {
  about: hadolint("DL3002", "warning", {
    title: "Do not end as root",
    why: "What breaks out of the application is root in the container, and one flaw of the kernel or the runtime away from root on the node.",
    remedy: "Let the last USER be another one, by number.",
    example: { before: "USER root\nRUN make install", after: "USER root\nRUN make install\nUSER 10001" },
  }),
  check: ({ dockerfile }) =>
    dockerfile.stages.flatMap(({ instructions }) => {
      const last = instructions.findLast(({ keyword }) => keyword === "USER");
      return last !== undefined && isRoot(userOf(last)) ? lineSpan(last) : [];
    }),
};

function isRoot(user: string): boolean {
  return user === "root" || /^0+$/.test(user);
}

/** DL3066. */
const numericUser: DockerfileRule = {
  about: hadolint("DL3066", "info", {
    title: "Name the user by number",
    why: "Kubernetes cannot tell whether a name is root: with runAsNonRoot it does not start the container.",
    remedy: "Write the user's number.",
    example: { before: "USER app", after: "USER 10001" },
    links: ["https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"],
  }),
  check: ({ dockerfile }) =>
    dockerfile.stages.flatMap(({ instructions }) =>
      instructions
        .filter(
          (instruction) =>
            instruction.keyword === "USER" &&
            !/^(?:\d+|)$/.test(userOf(instruction)) &&
            !userOf(instruction).includes("$"),
        )
        .map(({ args }) => spanOf(args)),
    ),
};

// Official images that are known to run as root and leave it to their users to say otherwise.
const rootImages = new Set(
  "alpine amazoncorretto amazonlinux almalinux archlinux buildpack-deps busybox caddy centos composer debian eclipse-temurin erlang elixir fedora gcc golang gradle haproxy httpd maven mono nginx node openjdk oraclelinux perl php pypy python rockylinux ruby rust scratch swift tomcat ubuntu".split(
    " ",
  ),
);

/** Ours: nobody says USER, and the base image is known to be root's. */
const missingUser: DockerfileRule = {
  // Low: the pod's securityContext may say it, which a Dockerfile cannot know; and Hadolint's users come without this rule.
  about: own(503, "low", {
    title: "Say which user runs the container",
    aliases: ["CIS-DI-0001"],
    why: "Without USER the container runs as root, for that is what this base image says: what breaks out of the application is root in the container, and one flaw of the kernel or the runtime away from root on the node.",
    remedy:
      "Add USER with a number that is not 0, behind what needs root. Where the program gives root up by itself, pass the rule over in a comment that says so.",
    example: {
      before: 'FROM node:22\nCMD ["node", "app.js"]',
      after: 'FROM node:22\nUSER 1000\nCMD ["node", "app.js"]',
    },
    links: ["https://docs.docker.com/build/building/best-practices/#user"],
  }),
  check: ({ dockerfile: { stages }, runs }) => {
    const last = stages.at(-1);
    if (last === undefined) return [];
    const line = lineage(last, stages);
    const says = (...keywords: readonly string[]) =>
      line.some(({ instructions }) => instructions.some(({ keyword }) => keywords.includes(keyword)));
    // An image without a program to start is a base for others, which say it.
    const open =
      rootImages.has(officialName(line[0]?.base ?? "")) && !says("USER") && says("CMD", "ENTRYPOINT");
    return open && !dropsRoot(line, runs) ? [lineSpan(last.from)] : [];
  },
};

// Programs that start another one as another user.
const droppers = /(?:^|\/)(?:gosu|su-exec|setpriv|chpst|s6-setuidgid|s6-overlay)(?:[=~-][^/]*)?$/;

// Who brings one of them along, or starts with it, gives root up at the start, as many official images do.
function dropsRoot(stages: readonly Stage[], runs: readonly Run[]): boolean {
  const commands = runs.filter(({ stage }) => stages.includes(stage)).flatMap((run) => run.commands);
  const others = stages
    .flatMap(({ instructions }) => instructions)
    .filter(({ keyword }) => ["COPY", "ADD", "CMD", "ENTRYPOINT"].includes(keyword))
    .flatMap(({ json, words }) => json?.map(({ value }) => value) ?? words.map(({ raw }) => raw));
  const named = commands.flatMap(({ name, words }) => [name, ...words.map(({ value }) => value)]);
  return [...named, ...others].some((word) => word.length < longestName && droppers.test(word));
}

const longestName = 256;

function officialName(base: string): string {
  const name = base.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  return name.replace(/^(?:(?:index\.)?docker\.io\/)?(?:library\/)?/, "");
}

/** Rules on users. */
export const userRules: readonly DockerfileRule[] = [endsAsRoot, numericUser, missingUser];
