import type { ImportFacts, ScriptFacts } from "../core/facts.ts";
import { readShellWords } from "../formats/shell-words.ts";
import { findProgram, isOtherInterpreter, isShell, wrappedCommand } from "./command.ts";
import { keepClassPath, startJava } from "./java.ts";
import { followNode } from "./node.ts";
import { followPython, isPython, startPython } from "./python.ts";
import { directoryOf, keep, keepBelow, type Level, nameOf, type Reason, walkPath } from "./reach.ts";
import { keepApplication, keepNamed, type Search } from "./search.ts";
import { isDocumentation } from "./system.ts";

const mostWrappers = 8;

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
  const script = search.files.facts(file.path).find((facts) => facts.kind === "script");
  if (script !== undefined) {
    keepArguments(search, args, file.path, reason.level);
    return startScript(search, script, path, args, reason, depth);
  }
  if (names.some(isOtherInterpreter))
    return refuse(search, reason, `"${name}" finds its modules in ways that are not followed here`);
  const wrapped = wrappedCommand(names[0] ?? "", args);
  if (wrapped !== undefined) return next(wrapped);
  if (names.some(isPython)) return startPythonCommand(search, path, file.path, args, reason);
  if (names.includes("node") || names.includes("nodejs"))
    return startNodeCommand(search, file.path, args, reason);
  if (names.includes("java")) return startJavaCommand(search, file.path, args, reason);
  if (names.some(isShell) || names[1] === "busybox")
    return startShell(search, file.path, args, reason, depth);
  keepArguments(search, args, file.path, reason.level);
  ownProgram(search, file.path);
}

function refuse(search: Search, { level, from }: Reason, why: string): void {
  if (level === "needed") search.refusals.push(from === undefined ? why : `${why} (started by ${from})`);
  else search.limits.add(why);
}

function startScript(
  search: Search,
  { interpreter, words, computed }: ScriptFacts,
  path: string,
  args: readonly string[],
  reason: Reason,
  depth: number,
): void {
  const own = walkPath(search.files, path).end?.path ?? "";
  startProgram(
    search,
    [...interpreter, path, ...args],
    { ...reason, why: "its interpreter", from: own },
    depth + 1,
  );
  if (words.includes("$@") && args.length > 0 && isShellScript(interpreter))
    startProgram(search, args, { ...reason, why: "its arguments are a command", from: own }, depth + 1);
  if (computed) keepAllPrograms(search, own);
  if (interpreter.some((word) => /python/.test(word))) keepNamedModules(search, args, own, reason.level);
}

// gunicorn app:app, flask --app app, FLASK_APP=app: of the command line or the environment, where the code tells no name.
function keepNamedModules(search: Search, args: readonly string[], from: string, level: Level): void {
  for (const text of [...args, ...search.start.environment.values()]) {
    const [, name] = /^(?:-[^=]*=)?([A-Za-z_][\w.]*)(?::[\w.()]+)?$/.exec(text) ?? [];
    if (name !== undefined) followPython(search, search.python, from, requestOf("python", name), level);
  }
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
  const at = args.findIndex((arg) => !arg.startsWith("-") || arg === "-c");
  const script = args[at];
  if (script === undefined) {
    search.limits.add(`${shell} is the image's command: what is typed into it is not known`);
    return keepAllPrograms(search, shell);
  }
  if (script !== "-c") {
    keepArguments(search, args.slice(at), shell, reason.level);
    return;
  }
  const text = args[at + 1] ?? "";
  const { words, computed } = readShellWords(text);
  runWords(search, words, "the shell's command", shell);
  if (computed) keepAllPrograms(search, shell);
  for (const segment of text.split(/&&|[;|&\n]/)) {
    const command = (readShellWords(segment).simple ?? readShellWords(segment).words).filter(
      (word) => !/^(?:exec|\w+=.*)$/.test(word),
    );
    if (findProgram(search.files, search.start, command[0] ?? "") !== undefined)
      startProgram(search, command, { ...reason, why: "the shell starts it", from: shell }, depth + 1);
  }
}

/** Keeps programs and files that words of a command or script name. */
export function runWords(
  search: Search,
  words: readonly string[],
  why: string,
  from: string | undefined,
): void {
  for (const word of words) {
    if (word === "" || word.startsWith("-")) continue;
    const program = findProgram(search.files, search.start, word);
    const reason: Reason = { level: "needed", why: `${why} names ${word}`, from };
    if (program !== undefined) keep(search, program, reason);
    else if (word.includes("/")) keepNamed(search, word, { ...reason, level: "doubtful" });
  }
}

function keepAllPrograms(search: Search, from: string): void {
  search.limits.add(
    `${from} starts programs by names that are worked out at run time: every program on PATH is kept`,
  );
  for (const directory of (
    search.start.environment.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
  ).split(":")) {
    const { end } = walkPath(search.files, directory);
    const reason: Reason = {
      level: "doubtful",
      why: "a program, and programs are started by computed names",
      from,
    };
    if (end?.kind === "directory") keepBelow(search, end.path, reason);
  }
}

function startPythonCommand(
  search: Search,
  alias: string,
  file: string,
  args: readonly string[],
  reason: Reason,
): void {
  const { python } = search;
  interpret(search, file);
  startPython(
    search,
    python,
    file,
    walkPath(search.files, directoryOf(alias)).end?.path.concat(`/${nameOf(alias)}`) ?? file,
    reason.level,
  );
  const at = args.findIndex((arg, index) => !arg.startsWith("-") && !/^-[WX]$/.test(args[index - 1] ?? ""));
  const module = args.indexOf("-m");
  if (module >= 0 && (at < 0 || module < at)) {
    const name = args[module + 1] ?? "";
    followPython(search, python, `${search.start.workingDir}/-m`, requestOf("python", name), reason.level);
    keepArguments(search, args.slice(module + 2), file, reason.level);
    keepNamedModules(search, args.slice(module + 2), file, reason.level);
  } else if (at >= 0) startSource(search, args.slice(at), file, reason);
  else if (args.includes("-c"))
    search.limits.add(`${file} runs a program text of its command line, whose imports are not read`);
  else if (args.length === 0)
    search.limits.add(`${file} is started without a script: what is typed into it is not known`);
}

function startSource(
  search: Search,
  [script = "", ...args]: readonly string[],
  from: string,
  reason: Reason,
): void {
  const path = script.startsWith("/") ? script : `/${search.start.workingDir}/${script}`;
  const found = keep(search, path, { ...reason, why: "the script that it runs", from });
  const file = found?.kind === "file" ? found : undefined;
  if (found === undefined || (file === undefined && found.kind !== "directory"))
    return refuse(search, reason, `the script "${script}" is not there`);
  const directory = file === undefined ? found.path : directoryOf(file.path);
  search.python.paths.add(directory);
  keepApplication(search, directory, { ...reason, why: "the application's directory", from: found.path });
  keepArguments(search, args, found.path, reason.level);
}

function startNodeCommand(search: Search, file: string, args: readonly string[], reason: Reason): void {
  interpret(search, file);
  const valued = /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file)$/;
  const at = args.findIndex((arg, index) => !arg.startsWith("-") && !valued.test(args[index - 1] ?? ""));
  const options = [
    ...(at < 0 ? args : args.slice(0, at)),
    ...(search.start.environment.get("NODE_OPTIONS") ?? "").split(" "),
  ];
  for (const [index, option] of options.entries()) {
    const [, name = valued.test(option) ? options[index + 1] : undefined] =
      /^--(?:require|import|loader)=(.+)$/.exec(option) ?? [];
    if (name !== undefined)
      followNode(
        search,
        search.node,
        `${search.start.workingDir}/-r`,
        requestOf("javascript", name),
        reason.level,
      );
  }
  const [script, ...rest] = at < 0 ? [] : args.slice(at);
  if (script === undefined) {
    search.limits.add(`${file} is started without a script: what it is given to run is not known`);
    return;
  }
  const path = script.startsWith("/") ? script : `/${search.start.workingDir}/${script}`;
  const found = [path, `${path}.js`, `${path}/index.js`].find(
    (one) => walkPath(search.files, one).end?.kind === "file",
  );
  if (found === undefined) return refuse(search, reason, `the script "${script}" is not there`);
  startSource(search, [found, ...rest], file, reason);
}

/** Facts of a source that loads one module. */
export function requestOf(language: ImportFacts["language"], name: string): ImportFacts {
  const requests = language === "python" ? [name, `${name}.__main__`] : [name];
  const nothing = { computed: false, plugins: false, runs: false, shell: false, words: [], cut: false };
  return { kind: "imports", language, requests, ...nothing };
}

function startJavaCommand(search: Search, file: string, args: readonly string[], reason: Reason): void {
  interpret(search, file);
  startJava(search, file, reason.level);
  const base = search.start.workingDir;
  const of = (why: string): Reason => ({ ...reason, why, from: file });
  const path = args.find((_, index) =>
    /^(?:-cp|-classpath|--class-path|-p|--module-path)$/.test(args[index - 1] ?? ""),
  );
  if (path !== undefined) keepClassPath(search, path, base, of("on the class path"));
  keepClassPath(search, search.start.environment.get("CLASSPATH") ?? "", base, of("in CLASSPATH"));
  const jar = args.indexOf("-jar");
  if (jar >= 0) startSource(search, args.slice(jar + 1), file, reason);
  keepArguments(search, args, file, reason.level);
  for (const agent of args)
    keepClassPath(search, /^-javaagent:([^=]+)/.exec(agent)?.[1] ?? "", base, of("an agent"));
  search.limits.add(
    "which classes a Java program loads by name is not worked out: its whole class path is kept",
  );
}

function interpret(search: Search, file: string): void {
  search.interpreters.add(file);
}

// An argument may be a file of settings or a directory of data.
function keepArguments(search: Search, args: readonly string[], from: string, level: Level): void {
  for (const arg of args) {
    const value = arg.replace(/^-[^=]*=/, "");
    if (value.startsWith("-") || !/[/.]/.test(value)) continue;
    keepNamed(search, value, { level, why: `an argument names ${value}`, from });
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
