import type { Instruction } from "../../formats/dockerfile-instruction.ts";
import { type Dockerfile, type Stage, scriptHeredoc } from "../../formats/dockerfile-tree.ts";
import { joinMapped, type MappedText, sliceMapped } from "../../formats/mapped-text.ts";
import { parseShell, type ShellCommand, type ShellScript } from "../../formats/shell.ts";

/** The language that a RUN is written in; `other` is PowerShell, cmd, Python …, which no rule of shells judges. */
export type Dialect = "sh" | "bash" | "dash" | "ksh" | "other";

/** A RUN instruction (or a trigger of ONBUILD) with its script. */
export interface Run {
  readonly instruction: Instruction;
  /** The instruction that stands in the stage: ONBUILD for a trigger. */
  readonly outer: Instruction;
  readonly stage: Stage;
  /** What ends a line that goes on: the escape and the file's line end. */
  readonly continuation: string;
  readonly dialect: Dialect;
  /** Is it run with `pipefail`? */
  readonly pipefail: boolean;
  /** Undefined for the JSON form and for scripts that are no shell's. */
  readonly script: ShellScript | undefined;
  /** Those of the script, or the one of the JSON form; what sudo, env and the like start is listed as well. */
  readonly commands: readonly ShellCommand[];
}

interface Shell {
  readonly dialect: Dialect;
  readonly pipefail: boolean;
}

/** Parses the scripts of all RUN instructions. */
export function runsOf(dockerfile: Dockerfile): readonly Run[] {
  const last = new Map<number, Shell>();
  const continuation = `${dockerfile.escape}${dockerfile.file.includes("\r\n") ? "\r\n" : "\n"}`;
  return dockerfile.stages.flatMap((stage) => {
    const inherited = stage.parent === undefined ? undefined : last.get(stage.parent);
    let shell = inherited ?? defaultShell(stage, dockerfile);
    const runs: Run[] = [];
    for (const outer of stage.instructions) {
      shell = pragmaShell(outer) ?? shell;
      if (outer.keyword === "SHELL") shell = shellOf(outer.json?.map(({ value }) => value) ?? []);
      const instruction = outer.keyword === "ONBUILD" ? outer.trigger : outer;
      if (instruction?.keyword === "RUN")
        runs.push(runOf({ instruction, outer, stage, continuation }, shell));
    }
    last.set(stage.index, shell);
    return runs;
  });
}

// Images of Windows have cmd for a shell; who sets the escape to a backtick writes for Windows, but on an image that is only Linux.
function defaultShell(stage: Stage, { escape }: Dockerfile): Shell {
  const windows =
    /(?:^|\/)windows\/|nanoserver|servercore/i.test(stage.base) ||
    (escape === "`" && !distributions.test(stage.base));
  const named = pragmaShell(stage.from);
  return named ?? { dialect: windows ? "other" : "sh", pipefail: false };
}

/** Official images of Linux distributions; they set no variables but PATH. */
export const distributions =
  /^(?:(?:docker\.io\/)?(?:library\/)?(?:scratch|alpine|debian|ubuntu|busybox|fedora|centos|rockylinux|almalinux|amazonlinux))(?:[:@]|$)/;

/** The shell that `# hadolint shell=` or `# seaworthy shell=` above an instruction names. */
function pragmaShell({ comments }: Instruction): Shell | undefined {
  for (const { text } of comments) {
    const name = /^(?:hadolint|seaworthy)\s+shell\s*=\s*(\S+)/.exec(text)?.[1];
    if (name !== undefined) return { dialect: dialectOf(name), pipefail: false };
  }
  return undefined;
}

function shellOf(words: readonly string[]): Shell {
  const [program = "", ...options] = words;
  return { dialect: dialectOf(program), pipefail: setsPipefail(options) };
}

/** Is `-o pipefail` (also `-euo pipefail`) among a shell's options? */
export function setsPipefail(options: readonly string[]): boolean {
  return options.some((option, at) => option === "pipefail" && /^-[a-z]*o$/.test(options[at - 1] ?? ""));
}

function dialectOf(program: string): Dialect {
  const name = program.slice(Math.max(program.lastIndexOf("/"), program.lastIndexOf("\\")) + 1).toLowerCase();
  switch (name) {
    case "sh":
    case "bash":
    case "ksh":
    case "dash":
      return name;
    case "ash":
      return "dash";
    // Its syntax is near enough to bash's for the parser; ShellCheck does not know it.
    case "zsh":
      return "bash";
    default:
      return "other";
  }
}

function runOf(common: Pick<Run, "instruction" | "outer" | "stage" | "continuation">, shell: Shell): Run {
  const { instruction } = common;
  if (instruction.json !== undefined) {
    const { script, commands } = jsonCommand(instruction);
    return { ...common, dialect: "sh", pipefail: true, script, commands: unwrapped(commands) };
  }
  const heredoc = scriptHeredoc(instruction);
  const interpreter =
    heredoc === undefined ? undefined : /^#!\s*(?:\S*\/env\s+)?(\S+)/.exec(heredoc.body.text)?.[1];
  const own = interpreter === undefined ? shell : { dialect: dialectOf(interpreter), pipefail: false };
  if (own.dialect === "other") return { ...common, ...own, script: undefined, commands: [] };
  const script = parseShell(scriptOf(instruction));
  return { ...common, ...own, script, commands: unwrapped(script.commands) };
}

/** What the shell is given to run. */
function scriptOf(instruction: Instruction): MappedText {
  const alone = scriptHeredoc(instruction);
  if (alone !== undefined) return alone.body;
  const feed = { text: "\n", pieces: [] };
  const { args, heredocs } = instruction;
  return joinMapped([args, ...heredocs.flatMap(({ body, terminator }) => [feed, body, terminator])]);
}

// ["sh", "-c", "…"] has a script inside of JSON's escapes, whose places are those of the whole string.
function jsonCommand({ json = [], args }: Instruction): {
  readonly script: undefined;
  readonly commands: readonly ShellCommand[];
} {
  const [name, ...words] = json;
  if (name === undefined) return { script: undefined, commands: [] };
  const command: ShellCommand = {
    name: name.value.slice(name.value.lastIndexOf("/") + 1),
    nameSpan: { start: name.start, end: name.end },
    words: words.map(({ value, start, end }) => ({
      value,
      raw: JSON.stringify(value),
      literal: true,
      start,
      end,
    })),
    assignments: [],
    outputs: [],
    pipe: undefined,
    host: undefined,
    start: name.start,
    end: words.at(-1)?.end ?? name.end,
  };
  const inner = words.findIndex(({ value }) => /^-[a-z]*c$/.test(value));
  const text = words[inner + 1];
  const shell = dialectOf(name.value) !== "other" && inner >= 0 ? text : undefined;
  if (shell === undefined) return { script: undefined, commands: [command] };
  const plain = args.text.includes(JSON.stringify(shell.value)) && !shell.value.includes("\\");
  const offset = plain ? args.text.indexOf(JSON.stringify(shell.value)) + 1 : -1;
  if (offset < 1 || JSON.stringify(shell.value).length !== shell.value.length + 2)
    return { script: undefined, commands: [command] };
  const script = parseShell(sliceMapped(args, offset, offset + shell.value.length));
  return { script: undefined, commands: [command, ...script.commands] };
}

// What starts another command, with those of its options that take a value.
const starters: ReadonlyMap<string, string> = new Map([
  ["sudo", "ghpuCDRTU"],
  ["env", "uCS"],
  ["command", ""],
  ["exec", "a"],
  ["nohup", ""],
  ["nice", "n"],
  ["eatmydata", ""],
  ["time", "fo"],
]);

// `sudo -E env A=b apt-get install`: what is started is a command as well.
function unwrapped(commands: readonly ShellCommand[]): readonly ShellCommand[] {
  return commands.flatMap((command) => {
    const found = [command];
    for (let outer: ShellCommand | undefined = command; outer !== undefined && starters.has(outer.name); ) {
      outer = startedBy(outer);
      if (outer !== undefined) found.push(outer);
    }
    return found;
  });
}

function startedBy(command: ShellCommand): ShellCommand | undefined {
  const valued = starters.get(command.name) ?? "";
  const { words } = command;
  // `command -v curl` asks where it is.
  if (command.name === "command" && /^-[a-zA-Z]*[vV]/.test(words[0]?.value ?? "")) return undefined;
  const at = words.findIndex(({ value }, index) => {
    const before = words[index - 1]?.value ?? "";
    const taken = /^-[a-zA-Z]+$/.test(before) && valued.includes(before.at(-1) ?? "");
    return !taken && !value.startsWith("-") && !/^\w+=/.test(value);
  });
  const name = words[at];
  if (name === undefined || !name.literal) return undefined;
  return {
    ...command,
    name: name.value.slice(name.value.lastIndexOf("/") + 1),
    nameSpan: { start: name.start, end: name.end },
    words: words.slice(at + 1),
    start: name.start,
  };
}
