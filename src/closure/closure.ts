import type { ElfFacts, FileFacts, ImportFacts, ScriptFacts } from "../core/facts.ts";
import type { FileSystem } from "../core/file-system.ts";
import type { ImageConfig } from "../core/image.ts";
import { findProgram, isOtherInterpreter, type Start, startOf } from "./command.ts";
import { requestOf } from "./interpreters.ts";
import { followJar, startJava } from "./java.ts";
import { isLibc, keepLibcParts, keepLibrary, keepLibraryLike, libraryPath } from "./libraries.ts";
import { createNode, followNode, settleNode } from "./node.ts";
import { createPython, followPython, isPython, settlePython, startPython } from "./python.ts";
import { directoryOf, keep, keepBelow, type Level, nameOf, type Reason, walkPath } from "./reach.ts";
import { keepApplication, keepNamed, keepShell, noteUnknown, type Search } from "./search.ts";
import { followShellScript, isShellScript, runWords, startProgram } from "./start.ts";
import { expectedData, isDocumentation, isGeneral, isOnPath, keepSystemData } from "./system.ts";

/** All that an image's command reaches. */
export interface Closure {
  readonly start: Start;
  /** Canonical path → why it is kept. What is not in it is unneeded. */
  readonly kept: ReadonlyMap<string, Reason>;
  /** Libraries that a kept file is linked to and that are nowhere, `libx.so.1 for usr/bin/app`. */
  readonly missing: readonly string[];
  /** In words what cannot be known of what the image's programs open. */
  readonly limits: readonly string[];
  /** Why nothing can be said at all; empty when something can. */
  readonly refusals: readonly string[];
}

/** Finds what the command of an image reaches. Pure. */
export function findClosure(files: FileSystem, config: ImageConfig): Closure {
  const start = startOf(files, config);
  const directories = (name: string): readonly string[] =>
    (start.environment.get(name) ?? "")
      .split(":")
      .flatMap((path) => walkPath(files, path, start.workingDir).end?.path || []);
  const search: Search = {
    files,
    kept: new Map(),
    queue: [],
    limits: new Set(),
    start,
    libraries: libraryPath(files, start.environment, config.platform.architecture),
    python: createPython([...directories("PYTHONPATH"), start.workingDir]),
    node: createNode(directories("NODE_PATH")),
    missing: new Set(),
    refusals: [],
    unknowns: new Map(),
    owners: new Map(),
    interpreters: new Set(),
  };
  if (start.argv.length === 0) search.refusals.push("the image names no command: neither ENTRYPOINT nor CMD");
  else startProgram(search, start.argv, { level: "needed", why: "the image's command", from: undefined }, 0);
  keepSystemData(search);
  keepApplication(search, start.workingDir, {
    level: "needed",
    why: "the working directory",
    from: undefined,
  });
  keepHome(search, config);
  keepEnvironment(search);
  const [probe, command = ""] = config.healthcheck;
  if (probe === "CMD") runWords(search, config.healthcheck.slice(1), "the health check", undefined);
  if (probe === "CMD-SHELL") runWords(search, ["sh", ...command.split(/\s+/)], "the health check", undefined);
  settle(search);
  const { kept, missing, limits, refusals } = search;
  return {
    start,
    kept,
    missing: [...missing].sort(),
    limits: [...limits, ...unknownLines(search)].sort(),
    refusals,
  };
}

function keepHome(search: Search, { user }: ImageConfig): void {
  const home =
    search.start.environment.get("HOME") ??
    (/^(?:|0|root)(?::.*)?$/.test(user) ? "/root" : `/home/${user.split(":")[0]}`);
  const { end } = walkPath(search.files, home);
  if (end?.kind !== "directory" || end.path === "" || isGeneral(end.path)) return;
  const reason: Reason = { level: "doubtful", why: "the user's own settings", from: undefined };
  keepBelow(search, end.path, reason, (path) => !/^(?:\.cache|\.npm|node_modules)$/.test(nameOf(path)));
}

// Toolchains, caches and search paths: what programs look for in those is followed, or is only for builds.
const passedVariables =
  /^(?:PATH|HOME|PWD|OLDPWD|SHELL|VIRTUAL_ENV|NVM_DIR|PYTHONPATH|NODE_PATH|CLASSPATH|LD_LIBRARY_PATH|GO(?:PATH|ROOT|CACHE|MODCACHE)|(?:CARGO|RUSTUP|MAVEN|GRADLE|M2|POETRY|PNPM)_HOME|\w*_CACHE(?:_DIR|_FOLDER)?|npm_config_\w+)$/i;

// What starts may read the settings and data that its variables name.
function keepEnvironment(search: Search): void {
  const from = undefined;
  for (const [name, value] of search.start.environment) {
    if (passedVariables.test(name)) continue;
    for (const part of value.split(/[\s:;,=]+/)) {
      const why = `the variable ${name} names ${part}`;
      if (part.startsWith("/")) keepNamed(search, part, { level: "doubtful", why, from });
      else if (/^lib[\w+.-]*\.so\b/.test(part))
        keepLibraryLike(search, search.libraries, part, { level: "doubtful", why, from });
    }
  }
}

const unknownLibraries =
  "libraries that are loaded at run time, but for those whose names stand in the files that load them";
const unknownPrograms =
  "programs that are started, but for those whose names stand in the files that start them";
const unknownModules =
  "modules that are loaded by computed names, but for those whose names stand in kept files";
const mostNamed = 3;

function unknownLines({ unknowns }: Search): readonly string[] {
  return [...unknowns].map(([what, paths]) => {
    const named = [...paths].sort().slice(0, mostNamed).join(", ");
    const more = paths.size > mostNamed ? ` and ${paths.size - mostNamed} more` : "";
    return `${what}: ${named}${more}`;
  });
}

// Until nothing new turns up: what is queued, then what only all texts together tell.
function settle(search: Search): void {
  const texts = () => textsOf(search);
  for (;;) {
    drain(search);
    const more = [settlePython(search, search.python, texts), settleNode(search, search.node, texts)];
    if (!more.includes(true)) return;
  }
}

function* textsOf({ kept, files }: Search): Generator<readonly [string, readonly string[]]> {
  for (const path of kept.keys())
    for (const facts of files.facts(path)) if (facts.kind === "imports") yield [path, facts.words];
}

function drain(search: Search): void {
  for (let path = search.queue.pop(); path !== undefined; path = search.queue.pop()) {
    const reason = search.kept.get(path);
    if (reason === undefined) continue;
    for (const facts of search.files.facts(path))
      if (facts.kind === "elf" || !reason.why.startsWith(cameAlong))
        follow(search, path, facts, reason.level);
    if (!reason.why.startsWith(expectedData)) followOwner(search, path, reason.level);
  }
}

function follow(search: Search, path: string, facts: FileFacts, level: Level): void {
  switch (facts.kind) {
    case "elf":
      followInterpreter(search, path, level);
      return followElf(search, path, facts, level);
    case "script":
      return followScript(search, path, facts, level);
    case "imports":
      if (facts.computed && !isStandardPython(search, path)) noteUnknown(search, unknownModules, path);
      if (facts.cut) noteUnknown(search, "what stands beyond the bounds of files that are too long", path);
      if (facts.language === "python") followPython(search, search.python, path, facts, level);
      else followNode(search, search.node, path, facts, level);
      return followTexts(search, path, facts);
    case "jar":
      return followJar(search, path, facts, level);
    case "package":
    case "text":
      return;
  }
}

// However it is reached, an interpreter needs what it brings along.
function followInterpreter(search: Search, path: string, level: Level): void {
  const name = nameOf(path);
  if (!isOnPath(path) && !/\/bin\/[^/]+$/.test(path)) return;
  if (isPython(name) || name === "node" || name === "java") search.interpreters.add(path);
  if (isPython(name)) startPython(search, search.python, path, path, level);
  else if (name === "java") startJava(search, path, level);
  else if (isOtherInterpreter(name))
    search.limits.add(`${path} finds its modules in ways that are not followed here`);
}

function followElf(search: Search, path: string, facts: ElfFacts, level: Level): void {
  const { libraries } = search;
  if (facts.interpreter !== undefined) {
    keep(search, facts.interpreter, { level, why: "the loader that starts it", from: path });
    for (const directory of facts.rpath)
      libraries.inherited.add(directory.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, `/${directoryOf(path)}`));
  }
  for (const name of facts.needed)
    if (!keepLibrary(search, libraries, name, path, facts, level, `linked to ${name}`))
      search.missing.add(`${name} for ${path}`);
  if (isLibc(facts, path)) return keepLibcParts(search, libraries, path, level);
  if (search.interpreters.has(path)) return;
  for (const name of facts.names) {
    if (name.startsWith("/"))
      keepNamed(search, name, { level: "doubtful", why: `its constants name ${name}`, from: path });
    else if (facts.loads)
      keepLibrary(
        search,
        libraries,
        name,
        path,
        facts,
        "doubtful",
        `its constants name ${name}, and it loads libraries`,
      );
  }
  // A helper program that nothing names is started by nobody that is known.
  if (facts.interpreter !== undefined && search.kept.get(path)?.why.startsWith(cameAlong) === true) return;
  if (facts.shell) keepShell(search, path);
  if (facts.loads) noteUnknown(search, unknownLibraries, path);
  if (facts.runs) noteUnknown(search, unknownPrograms, path);
}

function followScript(search: Search, path: string, facts: ScriptFacts, level: Level): void {
  const { interpreter, words } = facts;
  if (isShellScript(interpreter)) return followShellScript(search, path, facts, level);
  const isPythons = interpreter.some((word) => /python/.test(word));
  for (const name of words)
    if (isPythons) followPython(search, search.python, path, requestOf("python", name), level);
    else followNode(search, search.node, path, requestOf("javascript", name), level);
}

function isStandardPython({ python }: Search, path: string): boolean {
  return (
    [...python.libraries].some((one) => path.startsWith(`${one}/`)) && !/(?:site|dist)-packages\//.test(path)
  );
}

// Paths that a source names; programs, where it starts any.
function followTexts(search: Search, path: string, { words, runs, shell }: ImportFacts): void {
  if (isStandardPython(search, path)) return;
  for (const word of words) {
    const reason: Reason = { level: "doubtful", why: `names ${word}`, from: path };
    if (word.startsWith("/")) keepNamed(search, word, reason);
    else if (/^lib[\w+.-]*\.so\b/.test(word)) keepLibraryLike(search, search.libraries, word, reason);
    else if (runs && !word.includes("/")) {
      const program = findProgram(search.files, search.start, word);
      if (program !== undefined)
        keep(search, program, { ...reason, why: `names ${word}, and starts programs` });
    }
  }
  if (shell) keepShell(search, path);
  if (runs) noteUnknown(search, unknownPrograms, path);
}

/** Why the data of a package is kept. Sources in it are read, if at all, but nothing tells that they run. */
const cameAlong = "came with";

// A library or program may read whatever came with it, but it does not start its package's other programs.
function followOwner(search: Search, path: string, level: Level): void {
  for (const owner of search.files.owners(path)) {
    if (!/^(?:deb|apk|rpm) /.test(owner) || search.owners.has(owner)) continue;
    search.owners.set(owner, level);
    for (const file of search.files.owned(owner))
      if (!isDocumentation(file) && !isOnPath(file))
        keep(search, `/${file}`, {
          level: "doubtful",
          why: `${cameAlong} ${nameOf(path)} in ${owner}`,
          from: path,
        });
  }
}
