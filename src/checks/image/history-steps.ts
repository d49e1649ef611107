import type { IndexedImage } from "../../core/indexed.ts";
import { readEntry } from "../../formats/history-entry.ts";

/** One command of a shell's command line. */
export interface Command {
  /** Its words without quotes, the program without directory; assignments, `sudo`, `env` and the like before it are left out. */
  readonly words: readonly string[];
  /** Does `sudo` stand before it? */
  readonly sudo: boolean;
  /** Does its output go into the next one? */
  readonly piped: boolean;
}

/** One instruction of the Dockerfile, as far as the image's history tells. */
export interface Step {
  readonly keyword: string;
  readonly text: string;
  /** The layer that it made; undefined for none, and for all when the history does not fit the layers. */
  readonly layer: number | undefined;
  /** Of a RUN. */
  readonly commands: readonly Command[];
}

type History = Pick<IndexedImage, "config" | "layers">;

const read = new WeakMap<History, readonly Step[]>();

/** The image's history, read: once for all who ask. */
export function historySteps(image: History): readonly Step[] {
  const steps = read.get(image) ?? readHistory(image);
  read.set(image, steps);
  return steps;
}

function readHistory({ config, layers }: History): readonly Step[] {
  const made = config.history.filter(({ emptyLayer }) => !emptyLayer).length;
  const fits = made === layers.length;
  let next = 0;
  return config.history.flatMap((entry) => {
    const layer = entry.emptyLayer ? undefined : next++;
    const { keyword, text } = readEntry(entry);
    if (keyword === undefined) return [];
    const commands = keyword === "RUN" ? readCommands(commandLine(text)) : [];
    return [{ keyword, text, layer: fits ? layer : undefined, commands }];
  });
}

// `|2 A=1 B=2 /bin/sh -c …`: build arguments, then the shell.
function commandLine(text: string): string {
  return text.replace(/^\|\d+ /, "").replace(/^(?:[^\s=]+=\S* )*\/\S*sh (?:-o \w+ |-\w+ )*-\w*c /, "");
}

// What is longer is no command line that a person wrote.
const longest = 100_000;

/** Splits a shell's command line into simple commands. Nested ones (`$(…)`) stay words: what they do is not looked at. */
export function readCommands(text: string): readonly Command[] {
  const commands: Command[] = [];
  let words: string[] = [];
  const end = (piped: boolean): void => {
    const command = simplified(words, piped);
    if (command !== undefined) commands.push(command);
    words = [];
  };
  for (const [, quoted, operator] of text.slice(0, longest).matchAll(token)) {
    if (quoted !== undefined) words.push(unquoted(quoted));
    else if (operator !== undefined) end(operator === "|" || operator === "|&");
  }
  end(false);
  return commands;
}

// A word, or an operator that ends a command; a comment, a line that goes on and what is left over match neither group.
const token =
  /#[^\n]*|\\\r?\n|((?:[^\s;&|()#"'`\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*'|`[^`]*`|(?<=\S)#)+)|(&&|\|\||\|&|[;&|()\n])|["'`\\]/g;

function unquoted(word: string): string {
  return word.replace(/\\([^])|["']/g, "$1");
}

const before: ReadonlySet<string> = new Set(
  "! { do elif else env exec if nice then time until while".split(" "),
);

function simplified(words: readonly string[], piped: boolean): Command | undefined {
  let at = 0;
  let sudo = false;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (bareProgram(word) === "sudo") sudo = true;
    else if (sudo && word.startsWith("-")) at += /^-[ugCDhpRrTtU]$/.test(word) ? 1 : 0;
    else if (!before.has(word) && !/^\w+=/.test(word)) break;
  }
  if (at >= words.length) return sudo ? { words: [], sudo, piped } : undefined;
  const [program = "", ...rest] = words.slice(at);
  return { words: [bareProgram(program), ...rest], sudo, piped };
}

function bareProgram(word: string): string {
  return /^\/(?:[\w.-]+\/)*([\w.+-]+)$/.exec(word)?.[1] ?? word;
}
