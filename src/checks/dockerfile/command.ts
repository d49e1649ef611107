import type { Span } from "../../formats/mapped-text.ts";
import type { ShellCommand, ShellWord } from "../../formats/shell.ts";
import type { Hit } from "./rule.ts";
import type { Run } from "./run.ts";

/** Has the command one of these words as an argument? */
export function hasWord(command: ShellCommand, ...wanted: readonly string[]): boolean {
  return command.words.some(({ value }) => wanted.includes(value));
}

/** Has it one of these options: `y` for -y or -qy, `assume-yes` for --assume-yes or --assume-yes=true? */
export function hasFlag(command: ShellCommand, ...names: readonly string[]): boolean {
  return command.words.some((word) => flagNames(word).some((name) => names.includes(name)));
}

function flagNames({ value }: ShellWord): readonly string[] {
  if (value === "-" || value === "--" || !value.startsWith("-")) return [];
  if (value.startsWith("--")) return [value.slice(2).split("=")[0] ?? ""];
  return value.slice(1).split("");
}

/** Arguments that are neither options nor values of those options that take one, without the first word `verb` as well. */
export function operands(command: ShellCommand, valued: readonly string[] = []): readonly ShellWord[] {
  const found: ShellWord[] = [];
  for (let at = 0; at < command.words.length; at += 1) {
    const word = command.words[at];
    if (word === undefined) break;
    if (word.value === "-" || !word.value.startsWith("-")) {
      if (word.value !== "-") found.push(word);
    } else if (!word.value.includes("=") && flagNames(word).some((name) => valued.includes(name))) {
      // `-t stable`, but not `-tstable`.
      const short = !word.value.startsWith("--");
      if (!short || valued.includes(word.value.at(-1) ?? "")) at += 1;
    }
  }
  return found;
}

/** The first argument that is one of `verbs`, if the command is one of `programs`. */
export function verbOf(
  command: ShellCommand,
  programs: readonly string[],
  verbs: readonly string[],
): ShellWord | undefined {
  return programs.includes(command.name)
    ? command.words.find(({ value }) => verbs.includes(value))
    : undefined;
}

/** What is installed: the operands behind the verb. */
export function installed(
  command: ShellCommand,
  programs: readonly string[],
  verbs: readonly string[],
  valued: readonly string[] = [],
): readonly ShellWord[] {
  const verb = verbOf(command, programs, verbs);
  return verb === undefined ? [] : operands(command, valued).filter(({ value }) => !verbs.includes(value));
}

/** Puts an option behind a word. */
export function insertAfter({ instruction }: Run, word: Span, option: string): NonNullable<Hit["fix"]> {
  const quoted = instruction.json?.some(({ end }) => end === word.end) === true;
  const text = quoted ? `, ${JSON.stringify(option)}` : ` ${option}`;
  return { description: `add ${option}`, edits: [{ start: word.end, end: word.end, text }] };
}

/** Is it `pip install`, `pip3 install` or `python -m pip install`? Answers the word `install`. */
export function pipInstall(command: ShellCommand): ShellWord | undefined {
  const pip = /^pip[\d.]*$/.test(command.name);
  const module =
    /^python[\d.]*$/.test(command.name) &&
    command.words.some(
      ({ value }, at) => value === "-m" && /^pip[\d.]*$/.test(command.words[at + 1]?.value ?? ""),
    );
  return pip || module ? command.words.find(({ value }) => value === "install") : undefined;
}
