import type { CheckText } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import { type Command, historySteps, type Step } from "./history-steps.ts";

// A check that looks at the RUN instructions of the history. `seen` says what is wrong with one, if anything is.
function runCheck(
  text: CheckText,
  seen: (commands: readonly Command[], step: Step) => string | undefined,
): ImageJudge {
  return {
    text,
    judge: (image) =>
      historySteps(image).flatMap((step) => {
        const message = step.keyword === "RUN" ? seen(step.commands, step) : undefined;
        return message === undefined ? [] : [{ message, layer: step.layer }];
      }),
  };
}

const harmless: ReadonlySet<string> = new Set(["apk", "apt", "apt-get", "echo", "rm", "set", "true", ":"]);

/** Package lists fetched in a layer of their own. */
export const updateAlone = runCheck(
  {
    id: "SW-IM-069",
    aliases: ["CIS-DI-0007", "CIS-Docker-4.7"],
    title: "Package lists fetched in a RUN of their own",
    severity: "low",
    why: "The builder keeps the layer and does not fetch the lists again: a later install takes old versions, with flaws that were mended long ago.",
    remedy: "Fetch the lists and install in one RUN.",
    example: {
      before: "RUN apt-get update\nRUN apt-get install -y tini",
      after: "RUN apt-get update && apt-get install -y tini && rm -rf /var/lib/apt/lists/*",
    },
    links: ["https://docs.docker.com/build/building/best-practices/#apt-get"],
  },
  (commands) => {
    const update = commands.find(
      ({ words: [name = ""], words }) => /^(?:apt|apt-get|apk)$/.test(name) && words.includes("update"),
    );
    // What another command does with the lists is not known.
    if (update === undefined || commands.some(({ words: [name = ""] }) => !harmless.has(name)))
      return undefined;
    const uses = commands.some(({ words }) =>
      words.some((word) => /^(?:install|add|(?:dist-|full-)?upgrade|build-dep)$/.test(word)),
    );
    return uses ? undefined : `${update.words[0]} update stands alone in a RUN`;
  },
);

/** sudo in the Dockerfile. */
export const sudoStep = runCheck(
  {
    id: "SW-IM-070",
    aliases: ["DKL-DI-0001", "DL3004"],
    title: "sudo in a RUN",
    severity: "low",
    why: "The build needs sudo only because USER stands too early, and the program stays in the image.",
    remedy: "Do what needs root before USER, without sudo.",
    example: { before: "USER app\nRUN sudo apt-get update", after: "RUN apt-get update\nUSER 10001" },
    links: ["https://docs.docker.com/build/building/best-practices/#user"],
  },
  (commands) => (commands.some(({ sudo }) => sudo) ? "a RUN uses sudo" : undefined),
);

const upgrades = /^(?:dist-upgrade|full-upgrade|dup|distro-sync|system-upgrade)$/;

/** A whole distribution moved in a layer. */
export const distUpgrade = runCheck(
  {
    id: "SW-IM-071",
    aliases: ["DKL-DI-0003", "DL3005"],
    title: "Distribution upgraded in a RUN",
    severity: "low",
    why: "It replaces packages of the base image, which are shipped twice then, and may move the image to another release than the base image's tag says.",
    remedy:
      "Take a newer base image; to get security fixes before there is one, upgrade the packages that have findings.",
    example: { before: "FROM debian:12.1\nRUN apt-get dist-upgrade -y", after: "FROM debian:12.8" },
    links: ["https://docs.docker.com/build/building/best-practices/#apt-get"],
  },
  (commands) => {
    for (const { words } of commands) {
      const [name = ""] = words;
      const does = words.find((word) => upgrades.test(word));
      if (does !== undefined && /^(?:apt|apt-get|aptitude|zypper|dnf|yum)$/.test(name))
        return `a RUN does ${name} ${does}`;
    }
    return undefined;
  },
);

const unverifiedFlags: readonly (readonly [program: RegExp, flag: RegExp])[] = [
  [/^apt(?:-get|itude)?$/, /^--(?:allow-unauthenticated|force-yes|allow-insecure-repositories)$/],
  [/^apk$/, /^--allow-untrusted$/],
  [/^(?:dnf|microdnf|tdnf|yum)$/, /^--(?:nogpgcheck|no-gpgchecks?|no-gpg-checks)$/],
  [/^zypper$/, /^--(?:no-gpg-checks|gpg-auto-import-keys|allow-unsigned-rpm)$/],
  [/^rpm$/, /^--(?:nosignature|nodigest|nogpg)$/],
  // Letters that take a value end the flags: -okubectl is a file's name.
  [/^curl$/, /^(?:--insecure|-[012346#aBfgGhiIjJlLMnNOpqRsSvVZ]*k\w*)$/],
  [/^wget$/, /^--no-check-certificate$/],
  [/^pip[\d.]*$/, /^--trusted-host(?:=|$)/],
];

/** Packages and downloads that nobody verified. */
export const unverified = runCheck(
  {
    id: "SW-IM-072",
    aliases: ["CIS-DI-0011", "CIS-Docker-4.11"],
    title: "Packages or downloads not verified",
    severity: "medium",
    why: "Signatures and certificates were not looked at: whoever sits between builder and server decides what is in the image.",
    remedy: "Leave the flag out and give the tool the key or certificate that it lacks.",
    example: {
      before: "RUN apt-get install -y --allow-unauthenticated tool",
      after: "COPY tool.gpg /etc/apt/keyrings/\nRUN apt-get update && apt-get install -y tool",
    },
    links: ["https://wiki.debian.org/SecureApt"],
  },
  (commands) => {
    for (const { words } of commands) {
      const [name = ""] = words;
      const flag = words.find((word) =>
        unverifiedFlags.some(([program, flags]) => program.test(name) && flags.test(word)),
      );
      if (flag !== undefined) return `a RUN has ${name} ${flag}`;
    }
    return undefined;
  },
);

/** What was downloaded was run at once. */
export const pipedDownload = runCheck(
  {
    id: "SW-IM-073",
    aliases: [],
    title: "Download piped into a shell",
    severity: "low",
    why: "Whatever the server sends is run as root in the build, and nothing tells later what that was.",
    remedy:
      "Download a version, compare its checksum, then run it; better take a package or copy from an image.",
    example: {
      before: "RUN curl -fsSL https://example.com/install.sh | sh",
      after: "ADD --checksum=sha256:… https://example.com/install-1.2.sh /install.sh\nRUN sh /install.sh",
    },
    links: ["https://docs.docker.com/reference/dockerfile/#add---checksum"],
  },
  (commands) => {
    for (const [at, { words }] of commands.entries()) {
      const [name = ""] = words;
      const shell = /^(?:curl|wget)$/.test(name) ? shellBehind(commands, at) : undefined;
      if (shell !== undefined) return `a RUN does ${name} | ${shell}`;
      const nested = isShell(name) ? nestedDownload(commands, at) : undefined;
      if (nested !== undefined) return `a RUN does ${name} of what ${nested} fetches`;
    }
    return undefined;
  },
);

// `curl … | tee x | bash`
function shellBehind(commands: readonly Command[], start: number): string | undefined {
  for (let at = start; commands[at]?.piped === true; at += 1) {
    const name = commands[at + 1]?.words[0];
    if (isShell(name)) return name;
  }
  return undefined;
}

// `sh -c "$(curl …)"`; `bash <(curl …)` is two commands to the one who splits them.
function nestedDownload(commands: readonly Command[], at: number): string | undefined {
  const { words = [] } = commands[at] ?? {};
  for (const word of words) {
    const name = /^(?:\$\(|`)\s*(curl|wget)\s/.exec(word)?.[1];
    if (name !== undefined) return name;
  }
  const [name = ""] = commands[at + 1]?.words ?? [];
  return words.at(-1) === "<" && /^(?:curl|wget)$/.test(name) ? name : undefined;
}

function isShell(word = ""): boolean {
  return /^(?:.*\/)?(?:ash|bash|dash|sh|zsh|python[\d.]*|perl|node)$/.test(word);
}
