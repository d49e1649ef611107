import type { ShellCommand } from "../../formats/shell.ts";
import { hasFlag, operands } from "./command.ts";
import { pathsOf } from "./paths.ts";
import { commandRule, type DockerfileRule, type Hit, instructionRule, lineSpan, own } from "./rule.ts";
import type { Run } from "./run.ts";

const downloaders = new Set(["curl", "wget"]);
const interpreters = /^(?:(?:ba|da|z|k|a)?sh|python[\d.]*|perl|ruby|node|php)$/;

/** Ours: what was downloaded is run without a look. */
const pipedIntoShell: DockerfileRule = {
  about: own(504, "medium", {
    title: "Do not run a download without checking it",
    why: "Whoever controls the server, its name or the line to it at the time of a build runs what they like as root; a download that breaks off runs half.",
    remedy:
      "Download a named version to a file, compare its checksum (sha256sum -c), then run it; or install a package.",
    example: {
      before: "RUN curl -fsSL https://example.com/install.sh | sh",
      after: "ADD --checksum=sha256:… https://example.com/v1.2/install.sh /tmp/\nRUN sh /tmp/install.sh",
    },
  }),
  check: ({ runs }) => runs.flatMap(({ commands }) => piped(commands)),
};

function piped(commands: readonly ShellCommand[]): readonly Hit[] {
  const downloads = commands.filter(({ name }) => downloaders.has(name));
  const first = (one: ShellCommand, other: ShellCommand) =>
    (one.pipe?.position ?? 0) <= (other.pipe?.position ?? 0) ? one : other;
  const inPipes = new Map<number, ShellCommand>();
  const inWords = new Map<ShellCommand, ShellCommand>();
  for (const one of downloads) {
    if (one.pipe !== undefined) inPipes.set(one.pipe.id, first(inPipes.get(one.pipe.id) ?? one, one));
    if (one.host !== undefined && one.outputs.length === 0 && !inWords.has(one.host))
      inWords.set(one.host, one);
  }
  return commands.flatMap((command) => {
    if (!interpreters.test(command.name) && command.name !== "eval" && command.name !== "source") return [];
    const { pipe } = command;
    const above = pipe === undefined ? undefined : inPipes.get(pipe.id);
    const fed =
      (above?.pipe?.position ?? 0) < (pipe?.position ?? 0) && readsInput(command) ? above : undefined;
    const source = fed ?? scriptSource(command, inWords.get(command));
    return source === undefined
      ? []
      : { start: Math.min(source.start, command.start), end: Math.max(source.end, command.end) };
  });
}

// `sh`, `bash -s -- x`, `python -`: no script of its own.
function readsInput(command: ShellCommand): boolean {
  if (hasFlag(command, "c", "e") && !hasFlag(command, "s")) return false;
  return hasFlag(command, "s") || operands(command, ["o"]).length === 0;
}

// `sh -c "$(curl …)"`, `bash <(curl …)`, `eval "$(curl …)"`; not `sh install.sh "$(curl …)"`.
function scriptSource(command: ShellCommand, source: ShellCommand | undefined): ShellCommand | undefined {
  if (source === undefined) return undefined;
  const words = command.words.filter(({ value }) => !value.startsWith("-"));
  return words[0] !== undefined && words[0].start <= source.start && words[0].end >= source.end
    ? source
    : undefined;
}

const longestUrl = 4096;

/** Ours: ADD of a URL. */
const uncheckedAdd = instructionRule(
  own(505, "medium", {
    title: "Give ADD the checksum of what it downloads",
    why: "What is behind a URL can change, or be changed: the build takes it without a word.",
    remedy: "Add --checksum=sha256:…; for Git name a commit (URL#COMMIT).",
    example: {
      before: "ADD https://example.com/a.tar.gz /opt/",
      after: "ADD --checksum=sha256:… https://example.com/a.tar.gz /opt/",
    },
    links: ["https://docs.docker.com/reference/dockerfile/#add---checksum"],
  }),
  ["ADD"],
  ({ instruction }, { dockerfile: { escape } }) => {
    if (instruction.flags.some(({ name }) => name === "checksum")) return undefined;
    const found = pathsOf(instruction, escape).sources.find(
      ({ value }) => /^(?:https?|ftp):\/\//.test(value) && !gitAtCommit(value),
    );
    return found === undefined ? undefined : { start: found.start, end: found.end };
  },
);

function gitAtCommit(url: string): boolean {
  return (
    url.length < longestUrl &&
    /\.git(?:#[0-9a-f]{40}(?:[0-9a-f]{24})?(?::.*)?|\?.*\b(?:commit|checksum)=[0-9a-f]{7,64}.*)$/.test(url)
  );
}

/** Ours: certificates or signatures are not looked at. */
const unverified = commandRule(
  own(506, "medium", {
    title: "Do not switch verification off",
    why: "Without certificates and signatures whoever is on the line decides what gets into the image.",
    remedy: "Leave the option out; install the missing certificate or key (ca-certificates).",
    example: { before: "RUN curl -k https://example.com/a", after: "RUN curl https://example.com/a" },
  }),
  (command) => {
    const option = unsafeOption(command);
    return option === undefined
      ? undefined
      : { start: command.start, end: command.end, message: `${option} switches verification off` };
  },
);

const unsafe: readonly (readonly [RegExp, RegExp])[] = [
  [/^curl$/, /^(?:--insecure|--proxy-insecure|-[a-zA-Z]*k[a-zA-Z]*)$/],
  [/^wget$/, /^--no-check-certificate$/],
  [/^apt(?:-get)?$/, /^(?:--allow-unauthenticated|--force-yes)$/],
  [/^(?:yum|dnf|microdnf)$/, /^--nogpgcheck$/],
  [/^zypper$/, /^--no-gpg-checks$/],
  [/^apk$/, /^--allow-untrusted$/],
  [/^git$/, /^http\.sslVerify=(?:false|0)$/i],
];

function unsafeOption(command: ShellCommand): string | undefined {
  const pattern = unsafe.find(([name]) => name.test(command.name))?.[1];
  const found =
    pattern === undefined ? undefined : command.words.find(({ value }) => pattern.test(value))?.value;
  if (found?.startsWith("-") !== true || command.name !== "curl" || found.startsWith("--")) return found;
  // In `-ok` k is the value of o.
  return /[oHdXuAeTbcmwxyYzCDEFKPQ].*k/.test(found) ? undefined : found;
}

/** Ours: everybody may write. */
const worldWritable: DockerfileRule = {
  about: own(509, "medium", {
    title: "Do not let everybody write",
    why: "Whoever gets into the container as any user can change the files, programs included.",
    remedy: "Give the files to the user that needs them (COPY --chown), with a mode like 755 or 644.",
    example: {
      before: "RUN chmod -R 777 /opt/app",
      after: "RUN chown -R 10001 /opt/app && chmod -R u=rwX,go=rX /opt/app",
    },
  }),
  check: (subject) => [
    ...subject.runs.flatMap((run) => chmods(run)),
    ...subject.dockerfile.instructions.flatMap((instruction) => {
      const mode = instruction.flags.find(({ name }) => name === "chmod")?.value;
      const copies = instruction.keyword === "COPY" || instruction.keyword === "ADD";
      return copies && mode !== undefined && openMode(mode) ? [lineSpan(instruction)] : [];
    }),
  ],
};

function chmods({ commands }: Run): readonly Hit[] {
  return commands.flatMap((command) => {
    const [mode, ...paths] = operands(command);
    // /tmp and its like are everybody's, with the sticky bit that a mode of its own sets.
    const temporary = paths.length > 0 && paths.every(({ value }) => /^\/(?:var\/)?tmp\/?$/.test(value));
    const open = command.name === "chmod" && mode !== undefined && openMode(mode.value) && !temporary;
    return open ? { start: command.start, end: command.end } : [];
  });
}

function openMode(mode: string): boolean {
  if (/^0?[0-7]{3}$/.test(mode)) return (Number.parseInt(mode, 8) & 2) !== 0;
  if (/^[0-7]{4}$/.test(mode)) return (Number.parseInt(mode, 8) & 0o1002) === 2;
  return mode.split(",").some((part) => /^[ug]*[ao][ugoa]*[+=][rxXs]*w/.test(part)) && !/t/.test(mode);
}

/** Rules on where things come from and who may change them. */
export const supplyRules: readonly DockerfileRule[] = [
  pipedIntoShell,
  uncheckedAdd,
  unverified,
  worldWritable,
];
