import { hasFlag, insertAfter, operands } from "./command.ts";
import { commandRule, type DockerfileRule, type Hit, hadolint, lineSpan } from "./rule.ts";
import { type Run, setsPipefail } from "./run.ts";

const interactive = new Set("free kill mount ps service shutdown ssh top vim ifconfig".split(" "));

/** DL3001. */
const senseless = commandRule(
  hadolint("DL3001", "info", {
    title: "Leave out commands that make no sense in a build",
    why: "A build has no services, no terminal and no other processes: ps, kill, mount, service, ssh and the like do nothing there that lasts.",
    remedy: "Leave it out; what has to run when the container starts belongs into ENTRYPOINT.",
  }),
  (command) =>
    interactive.has(command.name)
      ? { ...command.nameSpan, message: `${command.name} makes no sense in a build` }
      : undefined,
);

/** DL3003. */
const changeDirectory = commandRule(
  hadolint("DL3003", "warning", {
    title: "Use WORKDIR to change the directory",
    why: "cd holds for one RUN only. Instructions below it start elsewhere, and a cd that fails in front of ; goes unseen.",
    remedy: "Write WORKDIR before it, or give the directory to the command (make -C, git -C, tar -C).",
    example: { before: "RUN cd /opt/app && make", after: "WORKDIR /opt/app\nRUN make" },
  }),
  (command) => (command.name === "cd" ? { start: command.start, end: command.end } : undefined),
);

/** DL3004. */
const sudo = commandRule(
  hadolint("DL3004", "error", {
    title: "Do not use sudo",
    why: "A build runs as root until USER says otherwise: sudo adds nothing but a setuid program, and behaves differently without a terminal.",
    remedy: "Leave it out, and set USER where the rights change.",
    example: { before: "RUN sudo make install", after: "USER root\nRUN make install" },
  }),
  (command) => (command.name === "sudo" ? { ...command.nameSpan } : undefined),
);

/** DL3046. */
const userAdd = commandRule(
  hadolint("DL3046", "warning", {
    title: "Use -l with useradd and a high user id",
    why: "useradd writes /var/log/lastlog and faillog, which have a place for every user id up to the highest: with a large id the layer grows by gigabytes.",
    remedy: "Add -l (--no-log-init).",
    example: { before: "RUN useradd -u 123456 app", after: "RUN useradd -l -u 123456 app" },
  }),
  (command, run) => {
    if (command.name !== "useradd" || hasFlag(command, "l", "no-log-init")) return undefined;
    const id = uidOf(command.words.map(({ value }) => value));
    return id === undefined || id.length <= 5
      ? undefined
      : { ...command, fix: insertAfter(run, command.nameSpan, "-l") };
  },
);

function uidOf(words: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    const joined = /^(?:--uid=|-[a-zA-Z]*u)(\d+)$/.exec(word)?.[1];
    if (joined !== undefined) return joined;
    if (word === "--uid" || /^-[a-zA-Z]*u$/.test(word)) return words[at + 1];
  }
  return undefined;
}

/** DL3047. */
const wgetProgress = commandRule(
  hadolint("DL3047", "info", {
    title: "Use --progress=dot:giga with wget",
    why: "wget draws a bar by default: thousands of lines in the build's log for one download.",
    remedy: "Add --progress=dot:giga, or -nv or -q for none.",
    example: {
      before: "RUN wget https://example.com/a.tar",
      after: "RUN wget --progress=dot:giga https://example.com/a.tar",
    },
  }),
  (command, run) => {
    const quiet = hasFlag(
      command,
      "progress",
      "q",
      "quiet",
      "o",
      "output-file",
      "a",
      "append-output",
      "no-verbose",
    );
    const short = command.words.some(({ value }) => value === "-nv");
    // Without a URL (`wget --version`, or one in a variable of a list) there is nothing to draw.
    if (command.name !== "wget" || quiet || short || hasFlag(command, "version", "help", "V", "h"))
      return undefined;
    return { ...command, fix: insertAfter(run, command.nameSpan, "--progress=dot:giga") };
  },
);

/** DL3059. */
const consecutive: DockerfileRule = {
  about: hadolint("DL3059", "info", {
    title: "Join RUN instructions that follow each other",
    why: "Each RUN is a layer: what one makes and the next deletes stays in the image.",
    remedy: "Write them as one, joined by &&, or as a here-document.",
    example: { before: "RUN make\nRUN make clean", after: "RUN make && make clean" },
  }),
  check: ({ dockerfile, runs }) => {
    const of = new Map(runs.map((run) => [run.outer, run]));
    return dockerfile.stages.flatMap(({ instructions }) =>
      instructions.flatMap((instruction, at) => {
        const run = of.get(instruction);
        const before = of.get(instructions[at - 1] ?? instruction);
        const joins = run !== undefined && before !== undefined && run !== before && joinable(before, run);
        return joins ? lineSpan(instruction) : [];
      }),
    );
  },
};

// Long ones were kept apart on purpose, and so were those with other mounts.
function joinable(before: Run, run: Run): boolean {
  const flags = ({ instruction }: Run) =>
    instruction.flags.map(({ name, value }) => `${name}=${value}`).join(" ");
  // A test is none of the commands that are counted.
  const length = ({ script, commands }: Run) =>
    (script ?? { commands }).commands.filter(({ name }) => name !== "[").length;
  const apart = before.outer.keyword === "ONBUILD" || run.outer.keyword === "ONBUILD";
  return (
    !apart &&
    before.dialect !== "other" &&
    flags(before) === flags(run) &&
    length(before) <= 1 &&
    length(run) <= 1
  );
}

/** DL4001. */
const oneDownloader: DockerfileRule = {
  about: hadolint("DL4001", "warning", {
    title: "Use either wget or curl",
    why: "Both do the same: the second one is a program more to install, to update and to attack with.",
    remedy: "Use one of them for all downloads of the stage.",
  }),
  check: ({ runs }) => {
    const seen = new Map<number, Set<string>>();
    return runs.flatMap((run) => {
      const names = seen.get(run.stage.index) ?? new Set<string>();
      seen.set(run.stage.index, names);
      const used = run.commands.filter(({ name }) => name === "curl" || name === "wget");
      for (const { name } of used) names.add(name);
      return used.length > 0 && names.size > 1
        ? used.slice(0, 1).map(({ nameSpan }) => ({ ...nameSpan }))
        : [];
    });
  },
};

/** DL4005. */
const linkedShell = commandRule(
  hadolint("DL4005", "warning", {
    title: "Use SHELL to change the shell",
    why: "A link over /bin/sh changes it for every program of the image; an update of the package that owns it puts the old one back.",
    remedy: 'Write SHELL ["/bin/bash", "-c"].',
    example: { before: "RUN ln -sf /bin/bash /bin/sh", after: 'SHELL ["/bin/bash", "-c"]' },
  }),
  (command) => {
    const target = command.name === "ln" && operands(command).some(({ value }) => value === "/bin/sh");
    return target ? { start: command.start, end: command.end } : undefined;
  },
);

/** DL4006. */
const pipefail: DockerfileRule = {
  about: hadolint("DL4006", "warning", {
    title: "Set pipefail before a RUN with a pipe",
    why: "A pipe ends with the status of its last command: a download that fails in front of it is not seen, and the build goes on without the file.",
    remedy:
      'Write SHELL ["/bin/bash", "-o", "pipefail", "-c"] before it (/bin/ash in Alpine), or set -o pipefail in the RUN.',
    example: {
      before: "RUN curl https://example.com/a | tar -x",
      after: 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl https://example.com/a | tar -x',
    },
  }),
  check: ({ runs }) => runs.flatMap((run) => (run.pipefail ? [] : brittlePipe(run))),
};

function brittlePipe({ script, commands }: Run): readonly Hit[] {
  const set = commands.find(
    ({ name, words }) => name === "set" && words.some(({ value }) => value === "pipefail"),
  );
  // `bash -o pipefail -c 'a | b'`: the pipe is that shell's.
  const strict = commands.filter(({ words }) => setsPipefail(words.map(({ value }) => value)));
  const pipe = script?.pipes.find(
    ({ start, end }) =>
      (set === undefined || start < set.start) &&
      !strict.some((shell) => shell.start < start && shell.end >= end),
  );
  return pipe === undefined ? [] : [{ ...pipe }];
}

/** Rules on single commands. */
export const commandRules: readonly DockerfileRule[] = [
  senseless,
  changeDirectory,
  sudo,
  userAdd,
  wgetProgress,
  consecutive,
  oneDownloader,
  linkedShell,
  pipefail,
];
