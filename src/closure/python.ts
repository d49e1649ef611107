import type { ImportFacts } from "../core/facts.ts";
import { settingsOf } from "./libraries.ts";
import {
  directoryOf,
  keep,
  keepBelow,
  type Level,
  nameOf,
  type Reach,
  type Reason,
  walkPath,
  within,
} from "./reach.ts";
import { isOnPath } from "./system.ts";

// https://docs.python.org/3/reference/import.html; a module that is reached brings its whole distribution, and all that any file of
// that imports: which of several branches runs is not worked out.

/** Python of one image, as far as it was started. */
export interface Python {
  /** Directories of installed distributions. */
  readonly sites: Set<string>;
  /** `usr/lib/python3.11`. */
  readonly libraries: Set<string>;
  /** Directories of the application: of its scripts, PYTHONPATH, the working directory. */
  readonly paths: Set<string>;
  /** Sources seen before an interpreter was. */
  readonly waiting: Set<string>;
  computed: boolean;
  plugins: boolean;
}

/** Nothing started yet. `directories`: of PYTHONPATH and the like, canonical. */
export function createPython(directories: readonly string[]): Python {
  return {
    sites: new Set(),
    libraries: new Set(),
    paths: new Set(directories),
    waiting: new Set(),
    computed: false,
    plugins: false,
  };
}

/** Is it the name of an interpreter? */
export function isPython(name: string): boolean {
  return /^(?:python|pypy)(?:[23](?:\.\d+)?)?$/.test(name);
}

/** Keeps what an interpreter brings along, and finds where it looks for modules. `alias`: the path by which it is called. */
export function startPython(
  reach: Reach,
  python: Python,
  interpreter: string,
  alias: string,
  level: Level,
): void {
  const prefixes = [
    directoryOf(directoryOf(interpreter)),
    "usr",
    "usr/local",
    ...environmentOf(reach, alias),
  ];
  const version = /\d+\.\d+/.exec(nameOf(interpreter))?.[0];
  const own = new Set<string>();
  for (const prefix of new Set(prefixes))
    for (const lib of ["lib", "lib64"])
      for (const name of reach.files.list(within(prefix, lib)))
        if (
          /^python\d/.test(name) &&
          (version === undefined || name === `python${version}` || name === "python3")
        )
          addLibrary(reach, python, within(within(prefix, lib), name), own);
  for (const directory of own)
    keepBelow(reach, directory, { level, why: "Python's standard library", from: interpreter }, isStandard);
  for (const site of python.sites) readSite(reach, python, site, interpreter, level);
  for (const name of ["sitecustomize", "usercustomize"])
    request(reach, python, name, { level, why: "Python imports it at its start", from: interpreter }, "");
  const waiting = [...python.waiting];
  python.waiting.clear();
  reach.queue.push(...waiting);
}

// venv: `home = /usr/bin` tells whose standard library it shares.
function environmentOf(reach: Reach, alias: string): readonly string[] {
  const root = directoryOf(directoryOf(alias));
  const lines = settingsOf(reach.files, within(root, "pyvenv.cfg"));
  if (lines.length === 0) return [];
  keep(reach, `/${within(root, "pyvenv.cfg")}`, {
    level: "needed",
    why: "it makes a virtual environment",
    from: alias,
  });
  const home = lines.map((line) => /^home\s*=\s*(.+)$/.exec(line)?.[1]).find((one) => one !== undefined);
  const base = home === undefined ? undefined : walkPath(reach.files, home).end?.path;
  return base === undefined ? [root] : [root, directoryOf(base)];
}

function addLibrary(reach: Reach, python: Python, directory: string, own: Set<string>): void {
  const names = reach.files.list(directory);
  if (names.includes("os.py")) own.add(directory);
  if (names.includes("os.py")) python.libraries.add(directory);
  for (const name of names)
    if (name === "site-packages" || name === "dist-packages") python.sites.add(within(directory, name));
}

function isStandard(path: string): boolean {
  return !/\/(?:site-packages|dist-packages)(?:\/|$)|\/lib(?:64)?\/python[\d.]+\/(?:test|idlelib|turtledemo|ensurepip)(?:\/|$)/.test(
    path,
  );
}

// *.pth: further directories, and code that runs at the start.
function readSite(reach: Reach, python: Python, site: string, interpreter: string, level: Level): void {
  for (const name of reach.files.list(site)) {
    if (!name.endsWith(".pth")) continue;
    const path = within(site, name);
    const reason: Reason = { level, why: "Python reads it at its start", from: interpreter };
    keep(reach, `/${path}`, reason);
    for (const line of settingsOf(reach.files, path)) {
      if (/^import[ \t]/.test(line)) {
        for (const [module] of line.matchAll(/(?<=\b(?:import|from)[ \t]+)[\w.]+/g))
          request(reach, python, module, { ...reason, from: path }, site);
        continue;
      }
      const added = walkPath(reach.files, line, site).end;
      if (added?.kind === "directory" && added.path !== site) python.paths.add(added.path);
    }
  }
}

/** Keeps what a source imports. */
export function followPython(
  reach: Reach,
  python: Python,
  path: string,
  facts: ImportFacts,
  level: Level,
): void {
  if (python.libraries.size === 0) {
    python.waiting.add(path);
    return;
  }
  if (isOfLibrary(python, path)) return;
  python.computed ||= facts.computed;
  python.plugins ||= facts.plugins;
  for (const name of facts.requests)
    request(reach, python, name, { level, why: `imports ${name}`, from: path }, directoryOf(path));
}

function isOfLibrary({ libraries, sites }: Python, path: string): boolean {
  const below = (directory: string): boolean => path.startsWith(`${directory}/`);
  return [...libraries].some(below) && ![...sites].some(below);
}

function request(reach: Reach, python: Python, name: string, reason: Reason, directory: string): boolean {
  const dots = /^\.*/.exec(name)?.[0].length ?? 0;
  if (dots > 0) {
    let base = directory;
    for (let up = 1; up < dots; up += 1) base = directoryOf(base);
    const rest = name.slice(dots);
    return rest === "" ? false : keepModule(reach, base, rest.split("."), reason);
  }
  const parts = name.split(".");
  // The standard library is there as a whole, and comes before what is installed.
  const first = parts[0] ?? "";
  for (const path of [directory, ...python.paths]) if (keepModule(reach, path, parts, reason)) return true;
  for (const library of python.libraries) if (hasModule(reach, library, first)) return true;
  for (const site of python.sites) if (keepModule(reach, site, parts, reason)) return true;
  return false;
}

function hasModule(reach: Reach, directory: string, name: string): boolean {
  return (
    reach.files.entry(within(directory, name)) !== undefined ||
    reach.files.entry(within(directory, `${name}.py`)) !== undefined
  );
}

// A directory without __init__.py is a namespace, of which other distributions hold parts: only the module in it is meant.
function keepModule(reach: Reach, directory: string, parts: readonly string[], reason: Reason): boolean {
  const [first = "", ...rest] = parts;
  if (first === "") return false;
  const path = within(directory, first);
  const entry = walkPath(reach.files, `/${path}`).end;
  if (entry?.kind === "directory") {
    const names = reach.files.list(entry.path);
    if (names.some((name) => name.startsWith("__init__."))) {
      keepBelow(reach, entry.path, reason);
      keepDistribution(
        reach,
        within(entry.path, names.find((name) => name.startsWith("__init__.")) ?? ""),
        reason,
      );
      return true;
    }
    if (rest.length > 0 && keepModule(reach, entry.path, rest, reason)) return true;
  }
  const file = reach.files.list(directory).find((name) => isModuleFile(name, first));
  if (file === undefined) return false;
  keep(reach, `/${within(directory, file)}`, reason);
  keepDistribution(reach, within(directory, file), reason);
  return true;
}

function isModuleFile(name: string, module: string): boolean {
  if (!name.startsWith(`${module}.`)) return false;
  return /^\.(?:py|pyc|so|abi3\.so|(?:cpython|pypy)[\w-]*\.so)$/.test(name.slice(module.length));
}

// RECORD's files: other top-level modules, libraries beside the package (`numpy.libs`), the metadata that importlib reads.
function keepDistribution(reach: Reach, path: string, reason: Reason): void {
  for (const owner of reach.files.owners(path)) {
    if (!owner.startsWith("pypi ")) continue;
    for (const owned of reach.files.owned(owner))
      if (!isOnPath(owned))
        keep(reach, `/${owned}`, { ...reason, why: `${reason.why}: of its distribution ${owner.slice(5)}` });
  }
}

/** Keeps what a computed name may ask for, by all texts of reached files. Answers whether anything was new. */
export function settlePython(
  reach: Reach,
  python: Python,
  texts: () => Iterable<readonly [path: string, words: readonly string[]]>,
): boolean {
  const before = reach.queue.length;
  if (python.computed)
    for (const [path, words] of texts())
      for (const word of words) {
        const why = `names ${word}, and modules are imported by computed names`;
        if (/^[A-Za-z_][\w.]*$/.test(word))
          request(reach, python, word, { level: "doubtful", why, from: path }, "");
      }
  if (python.plugins) keepPlugins(reach, python);
  return reach.queue.length > before;
}

function keepPlugins(reach: Reach, python: Python): void {
  for (const site of python.sites)
    for (const info of reach.files.list(site)) {
      const path = within(within(site, info), "entry_points.txt");
      if (!/\.(?:dist|egg)-info$/.test(info) || !isPlugin(settingsOf(reach.files, path))) continue;
      const reason: Reason = { level: "doubtful", why: "a plugin, and plugins are asked for", from: path };
      keep(reach, `/${path}`, reason);
      keepDistribution(reach, path, reason);
    }
}

function isPlugin(lines: readonly string[]): boolean {
  return lines.some((line) => /^\[(?!(?:console|gui)_scripts\])/.test(line));
}
