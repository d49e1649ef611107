import type { ImportFacts } from "../core/facts.ts";
import type { TreeFile } from "../core/sights.ts";
import { readJavascriptRequests } from "../formats/javascript-requests.ts";
import { readPythonImports } from "../formats/python-imports.ts";
import { keepClassPath, startJava } from "./java.ts";
import { followNode } from "./node.ts";
import { followPython, startPython } from "./python.ts";
import { directoryOf, keep, keepBelow, type Level, nameOf, type Reason, walkPath, within } from "./reach.ts";
import { keepApplication, keepNamed, refuse, type Search } from "./search.ts";
import { isGeneral } from "./system.ts";

/** Follows the command line of a Python interpreter. `alias`: the path by which it is called. */
export function startPythonCommand(
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
  const { kind, rest } = pythonTarget(args);
  const [first = "", ...more] = rest;
  const base = search.start.workingDir;
  switch (kind) {
    case "module":
      followPython(search, python, `${base}/-m`, requestOf("python", first), reason.level);
      keepArguments(search, more, file, reason.level);
      return keepNamedModules(search, more, file, reason.level);
    case "text":
      followPython(search, python, `${base}/-c`, readPythonImports(first), reason.level);
      return keepArguments(search, more, file, reason.level);
    case "script":
      return startSource(search, rest, file, reason);
    case "nothing":
      if (args.every((arg) => /^-[bBdEiIOqsSuvx]+$/.test(arg))) keepTyped(search, python.sites, file);
  }
}

// https://docs.python.org/3/using/cmdline.html: options of one letter may stand together, the last one with a value.
function pythonTarget(args: readonly string[]): {
  readonly kind: "module" | "text" | "script" | "nothing";
  readonly rest: readonly string[];
} {
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    const [, letter, value = ""] = /^-[A-Za-z]*?([cmWX])(.*)$/.exec(arg) ?? [];
    const rest = value === "" ? args.slice(at + 1) : [value, ...args.slice(at + 1)];
    if (letter === "c") return { kind: "text", rest };
    if (letter === "m") return { kind: "module", rest };
    if (letter !== undefined && value === "") at += 1;
    else if (!arg.startsWith("-")) return { kind: "script", rest: args.slice(at) };
  }
  return { kind: "nothing", rest: [] };
}

// Whoever types into an interpreter may load all that is installed.
function keepTyped(search: Search, directories: Iterable<string>, file: string): void {
  search.limits.add(
    `${file} is started without a script: what is typed into it is not known, and all that is installed for it is kept`,
  );
  const reason: Reason = { level: "doubtful", why: "installed, and what is typed is not known", from: file };
  for (const directory of directories) keepBelow(search, directory, reason);
}

/** Modules that words name: gunicorn app:app, flask --app app, FLASK_APP=app: of the command line or the environment. */
export function keepNamedModules(search: Search, args: readonly string[], from: string, level: Level): void {
  for (const text of [...args, ...search.start.environment.values()]) {
    const [, name] = /^(?:-[^=]*=)?([A-Za-z_][\w.]*)(?::[\w.()]+)?$/.exec(text) ?? [];
    if (name !== undefined) followPython(search, search.python, from, requestOf("python", name), level);
  }
}

function startSource(
  search: Search,
  [script = "", ...args]: readonly string[],
  from: string,
  reason: Reason,
): void {
  const found = keepScript(search, script, from, reason);
  if (found === undefined) return;
  if (found.kind === "file" && search.files.facts(found.path).length === 0)
    return refuse(search, reason, `what "${script}" loads is not known`);
  search.python.paths.add(found.kind === "file" ? directoryOf(found.path) : found.path);
  keepArguments(search, args, found.path, reason.level);
}

// The script, jar or directory that an interpreter is given, with what stands beside it.
function keepScript(search: Search, script: string, from: string, reason: Reason): TreeFile | undefined {
  const path = script.startsWith("/") ? script : `/${search.start.workingDir}/${script}`;
  const found = keep(search, path, { ...reason, why: "the script that it runs", from });
  if (found?.kind !== "file" && found?.kind !== "directory") {
    refuse(search, reason, `the script "${script}" is not there`);
    return undefined;
  }
  const directory = found.kind === "file" ? directoryOf(found.path) : found.path;
  keepApplication(search, directory, { ...reason, why: "the application's directory", from: found.path });
  return found;
}

/** Follows the command line of Node. */
export function startNodeCommand(
  search: Search,
  file: string,
  args: readonly string[],
  reason: Reason,
): void {
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
  const text = options.findIndex((option) => /^(?:-(?:p?e|p)|--eval|--print)$/.test(option));
  if (text >= 0) {
    const facts = readJavascriptRequests(args[text + 1] ?? "");
    return followNode(search, search.node, `${search.start.workingDir}/-e`, facts, reason.level);
  }
  const [script, ...rest] = at < 0 ? [] : args.slice(at);
  if (script === undefined) {
    const modules = within(search.start.workingDir, "node_modules");
    return keepTyped(search, [modules, ...search.node.global], file);
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

/** Follows the command line of a Java launcher, with the options that it takes from the environment. */
export function startJavaCommand(
  search: Search,
  file: string,
  args: readonly string[],
  reason: Reason,
): void {
  interpret(search, file);
  startJava(search, file, reason.level);
  const base = search.start.workingDir;
  const of = (why: string): Reason => ({ ...reason, why, from: file });
  const told = ["JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"].flatMap((name) =>
    (search.start.environment.get(name) ?? "").split(/\s+/),
  );
  const words = [...told, ...args].filter((word) => word !== "");
  for (const [at, word] of words.entries()) {
    const [, agent] = /^-(?:javaagent|agentpath):([^=]+)/.exec(word) ?? [];
    if (agent !== undefined) keepClassPath(search, agent, base, of("an agent"));
    const [, joined] = /^--(?:class-path|module-path)=(.+)$/.exec(word) ?? [];
    const path = classPathOption.test(words[at - 1] ?? "") ? word : joined;
    if (path?.startsWith("@") === false) keepClassPath(search, path, base, of("on the class path"));
    else if (path !== undefined || word.startsWith("@"))
      keepListed(search, (path ?? word).slice(1), of("a list of arguments"));
  }
  keepClassPath(search, search.start.environment.get("CLASSPATH") ?? "", base, of("in CLASSPATH"));
  const jar = args.indexOf("-jar");
  if (jar >= 0) keepScript(search, args[jar + 1] ?? "", file, reason);
  keepArguments(search, args, file, reason.level);
  search.limits.add(
    "which classes a Java program loads by name is not worked out: its whole class path is kept",
  );
}

const classPathOption = /^(?:-cp|-classpath|--class-path|-p|--module-path)$/;

// `-cp @/app/jib-classpath-file`: what the file lists is not read; builders put it beside what it lists.
function keepListed(search: Search, path: string, reason: Reason): void {
  const { end } = walkPath(search.files, path, search.start.workingDir);
  if (end === undefined) return;
  keep(search, path, reason, search.start.workingDir);
  const directory = directoryOf(end.path);
  if (directory === "" || isGeneral(directory))
    return refuse(search, reason, `what "${path}" lists is not known`);
  keepApplication(search, directory, { ...reason, why: "beside a list of arguments" });
}

function interpret(search: Search, file: string): void {
  search.interpreters.add(file);
}

/** Keeps what arguments name: a file of settings or a directory of data. */
export function keepArguments(search: Search, args: readonly string[], from: string, level: Level): void {
  for (const arg of args) {
    const value = arg.replace(/^-[^=]*=/, "");
    if (value.startsWith("-") || !/[/.]/.test(value)) continue;
    keepNamed(search, value, { level, why: `an argument names ${value}`, from });
  }
}
