import type { ScriptFacts } from "../core/facts.ts";
import { readShellWords } from "../formats/shell-words.ts";
import { findProgram, isOtherInterpreter, isShell, searchPath, wrappedCommand } from "./command.ts";
import {
  keepArguments,
  keepNamedModules,
  startJavaCommand,
  startNodeCommand,
  startPythonCommand,
} from "./interpreters.ts";
import { isPython } from "./python.ts";
import { directoryOf, keep, keepBelow, type Level, nameOf, type Reason, walkPath, within } from "./reach.ts";
import { keepNamed, noteUnknown, refuse, type Search } from "./search.ts";
import { isDocumentation } from "./system.ts";

const mostWrappers = 12;

/** Keeps a program and all that its command line names: the script that it runs, the program that it becomes. */
export function startProgram(search: Search, argv: readonly string[], reason: Reason, depth: number): void {
  const [name = "", ...args] = argv;
  const path = findProgram(search.files, search.start, name);
  if (path === undefined) return refuse(search, reason, `"${name}" is no program on the image's PATH`);
  const file = keep(search, path, reason);
  if (file === undefined || depth > mostWrappers)
    return refuse(search, reason, `"${name}" is started through too many others`);
  const names = [nameOf(path), nameOf(file.path)];
  const next = (words: readonly string[]): void => {
    if (words.length > 0)
      startProgram(search, words, { ...reason, why: `${name} starts it`, from: file.path }, depth + 1);
  };
  const script = scriptOf(search, file.path);
  if (script !== undefined) {
    keepArguments(search, args, file.path, reason.level);
    startScript(search, script.interpreter, path, args, reason, depth);
    // What runs all its arguments has been followed by its shell.
    return script.words.includes("$@") ? undefined : startNamed(search, args, file.path, depth);
  }
  if (names.some(isOtherInterpreter))
    return refuse(search, reason, `"${name}" finds its modules in ways that are not followed here`);
  const wrapped = wrappedCommand(names[0] ?? "", args);
  if (wrapped !== undefined) return next(wrapped);
  if (names.some(isPython)) {
    startPythonCommand(search, path, file.path, args, reason);
    return args.includes("-m") ? startNamed(search, args, file.path, depth) : undefined;
  }
  if (names.includes("node") || names.includes("nodejs"))
    return startNodeCommand(search, file.path, args, reason);
  if (names.includes("java")) return startJavaCommand(search, file.path, args, reason);
  if (names.some(isShell) || names[1] === "busybox")
    return startShell(search, file.path, args, reason, depth);
  keepArguments(search, args, file.path, reason.level);
  startNamed(search, args, file.path, depth);
  ownProgram(search, file.path);
}

// A starter that is not known here (dockerize -wait tcp://db:5432 server, ddtrace-run server) may become what an argument names.
function startNamed(search: Search, args: readonly string[], from: string, depth: number): void {
  const at = args.findIndex(
    (arg) => !arg.startsWith("-") && findProgram(search.files, search.start, arg) !== undefined,
  );
  const reason: Reason = { level: "doubtful", why: `an argument names ${args[at]}`, from };
  if (at >= 0) startProgram(search, args.slice(at), reason, depth + 1);
  for (const text of args)
    if (/\s/.test(text)) runWords(search, readShellWords(text).words, "an argument", from, "doubtful");
}

function startScript(
  search: Search,
  interpreter: readonly string[],
  path: string,
  args: readonly string[],
  reason: Reason,
  depth: number,
): void {
  const own = walkPath(search.files, path).end?.path ?? "";
  const words = [...interpreter, path, ...args];
  startProgram(search, words, { ...reason, why: "its interpreter", from: own }, depth + 1);
  if (interpreter.some((word) => /python/.test(word))) keepNamedModules(search, args, own, reason.level);
}

/** Is it a shell that reads the script? */
export function isShellScript(interpreter: readonly string[]): boolean {
  return interpreter.some((word) => isShell(nameOf(word)));
}

function startShell(
  search: Search,
  shell: string,
  args: readonly string[],
  reason: Reason,
  depth: number,
): void {
  const at = args.findIndex(
    (arg, index) => !/^[-+]/.test(arg) && !/^[-+][A-Za-z]*[oO]$/.test(args[index - 1] ?? ""),
  );
  const [script, ...rest] = at < 0 ? [] : args.slice(at);
  if (script === undefined) {
    search.limits.add(`${shell} is the image's command: what is typed into it is not known`);
    return keepAllPrograms(search, shell);
  }
  if (args.slice(0, at).some((arg) => /^-[A-Za-z]*c/.test(arg)))
    return startText(search, shell, script, rest, reason, depth);
  keepArguments(search, args.slice(at), shell, reason.level);
  const file = keep(search, script, reason, search.start.workingDir);
  const facts = file === undefined ? undefined : scriptOf(search, file.path);
  if (facts === undefined) return keepAllPrograms(search, shell);
  if (facts.words.includes("$@")) startArguments(search, rest, file?.path ?? shell, reason, depth);
}

function scriptOf({ files }: Search, path: string): ScriptFacts | undefined {
  return files.facts(path).find((facts) => facts.kind === "script");
}

function startArguments(
  search: Search,
  args: readonly string[],
  from: string,
  reason: Reason,
  depth: number,
): void {
  if (args.length > 0)
    startProgram(search, args, { ...reason, why: "its arguments are a command", from }, depth + 1);
}

// `sh -c TEXT NAME ARGUMENT…`
function startText(
  search: Search,
  shell: string,
  text: string,
  [, ...args]: readonly string[],
  reason: Reason,
  depth: number,
): void {
  const { words, reads, runsArguments, computed } = readShellWords(text);
  runWords(search, words, "the shell's command", shell);
  followReads(search, reads, shell, reason.level);
  if (computed) keepAllPrograms(search, shell);
  if (runsArguments) startArguments(search, args, shell, reason, depth);
  for (const segment of text.split(/&&|[;|&\n]/)) {
    const command = (readShellWords(segment).simple ?? readShellWords(segment).words).filter(
      (word) => !/^(?:exec|\w+=.*)$/.test(word),
    );
    if (findProgram(search.files, search.start, command[0] ?? "") !== undefined)
      startProgram(search, command, { ...reason, why: "the shell starts it", from: shell }, depth + 1);
  }
}

/** Follows a shell script: the programs and files that it names, and the scripts that it takes in. */
export function followShellScript(search: Search, path: string, facts: ScriptFacts, level: Level): void {
  const { interpreter, words, reads, computed } = facts;
  keep(search, interpreter[0] ?? "", { level, why: "its interpreter", from: path });
  runWords(search, words, "the script", path, level);
  followReads(search, reads, path, level);
  if (computed) keepAllPrograms(search, path);
}

// A script that is taken in and cannot be read could start anything.
function followReads(search: Search, reads: readonly string[], from: string, level: Level): void {
  for (const written of reads) {
    const beside = `/${within(directoryOf(from), nameOf(written))}`;
    const found = [filledIn(search, written), beside].find((path) => {
      const { end } = walkPath(search.files, path, search.start.workingDir);
      return end?.kind === "file" && scriptOf(search, end.path) !== undefined;
    });
    if (found === undefined) keepAllPrograms(search, from);
    else keep(search, found, { level, why: `takes in ${written}`, from }, search.start.workingDir);
  }
}

/** Keeps programs and files that words of a command or script name. */
export function runWords(
  search: Search,
  words: readonly string[],
  why: string,
  from: string | undefined,
  level: Level = "needed",
): void {
  for (const word of words)
    if (word !== "" && !word.startsWith("-"))
      keepWord(search, word, { level, why: `${why} names ${word}`, from });
  for (const name of namesWithin(search, words))
    keepWord(search, name, { level: "doubtful", why: `${why} names ${name}`, from });
}

const mostNames = 20_000;

// Within substitutions, assignments, defaults and texts for another shell.
function namesWithin(search: Search, words: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const word of words)
    for (const part of filledIn(search, word).split(/[\s;&|<>()'"`=:,{}]+/)) {
      const name = part.replace(/^[-+?$]+/, "");
      if (name !== word && name !== "" && names.size < mostNames) names.add(name);
    }
  return names;
}

function keepWord(search: Search, word: string, reason: Reason): void {
  const program = findProgram(search.files, search.start, word);
  if (program !== undefined) keep(search, program, reason);
  else if (word.includes("/")) keepNamed(search, word, { ...reason, level: "doubtful" });
}

// With the image's own variables.
function filledIn({ start }: Search, text: string): string {
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, plain: string | undefined) =>
      start.environment.get(braced ?? plain ?? "") ?? whole,
  );
}

const computedPrograms =
  "programs that are started by names that are worked out at run time, for which every program on PATH is kept";

function keepAllPrograms(search: Search, from: string): void {
  const isFirst = !search.unknowns.has(computedPrograms);
  noteUnknown(search, computedPrograms, from);
  if (!isFirst) return;
  const why = "a program, and programs are started by computed names";
  for (const directory of searchPath(search.start)) {
    const { end } = walkPath(search.files, directory);
    if (end?.kind === "directory") keepBelow(search, end.path, { level: "doubtful", why, from });
  }
}

// The package of the program itself: helpers that it starts are in it.
function ownProgram(search: Search, path: string): void {
  for (const owner of search.files.owners(path))
    for (const file of search.files.owned(owner))
      if (!isDocumentation(file))
        keep(search, `/${file}`, {
          level: "doubtful",
          why: `of the program's own package ${owner}`,
          from: path,
        });
}
