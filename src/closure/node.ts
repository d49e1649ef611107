import { builtinModules } from "node:module";
import type { ImportFacts } from "../core/facts.ts";
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

// https://nodejs.org/api/modules.html#all-together, https://nodejs.org/api/esm.html#resolution-algorithm. A package that is reached stays
// whole, so that neither `main` nor `exports` nor a name computed within it decides anything.

/** What of node's way of loading is known of one image. */
export interface Node {
  /** Directories of NODE_PATH, canonical. */
  readonly global: readonly string[];
  /** Packages' directories in which a name is computed. */
  readonly computed: Set<string>;
  readonly packages: Set<string>;
}

/** Nothing loaded yet. */
export function createNode(global: readonly string[]): Node {
  return { global, computed: new Set(), packages: new Set() };
}

const builtins: ReadonlySet<string> = new Set(builtinModules);

/** Keeps what a source loads. */
export function followNode(reach: Reach, node: Node, path: string, facts: ImportFacts, level: Level): void {
  if (facts.computed) node.computed.add(rootOf(reach, path));
  for (const name of facts.requests)
    request(reach, node, name, { level, why: `loads ${name}`, from: path }, directoryOf(path));
}

function request(reach: Reach, node: Node, written: string, reason: Reason, directory: string): void {
  const name = written.replace(/[?#].*$/, "").replace(/^file:\/\//, "");
  if (name === "" || name.startsWith("node:")) return;
  if (/^\.{0,2}\//.test(name) || name === "." || name === "..")
    return keepFile(reach, name, directory, reason);
  if (!/^(?:@[\w.~-]+\/)?[\w.~-]+(?:\/|$)/.test(name)) return;
  const parts = name.split("/");
  const own = parts.slice(0, name.startsWith("@") ? 2 : 1).join("/");
  if (builtins.has(name) && !name.includes("/")) return;
  for (const modules of moduleDirectories(directory, node.global)) {
    const found = keep(reach, `/${within(modules, own)}`, reason);
    if (found === undefined) continue;
    if (found.kind === "directory") keepPackage(reach, node, found.path, reason);
    return;
  }
}

function* moduleDirectories(directory: string, global: readonly string[]): Generator<string> {
  for (let at = directory; ; at = directoryOf(at)) {
    if (nameOf(at) !== "node_modules") yield within(at, "node_modules");
    if (at === "") break;
  }
  yield* global;
}

function keepPackage(reach: Reach, node: Node, directory: string, reason: Reason): void {
  node.packages.add(directory);
  keepBelow(reach, directory, reason, (path) => nameOf(path) !== "node_modules");
}

const endings = ["", ".js", ".json", ".node", ".mjs", ".cjs", ".ts"];

function keepFile(reach: Reach, name: string, directory: string, reason: Reason): void {
  for (const ending of endings) {
    const { end } = walkPath(reach.files, `${name}${ending}`, directory);
    if (end === undefined || end.path === "") continue;
    keep(reach, `${name}${ending}`, reason, directory);
    if (end.kind !== "directory") return;
    // What a directory stands for its package.json tells: all of it is kept, unless it is half the image.
    if (!reach.files.list(end.path).some((one) => one === "package.json" || one.startsWith("index."))) return;
    return keepBelow(reach, end.path, reason, (path) => nameOf(path) !== "node_modules");
  }
}

// The nearest directory with a package.json.
function rootOf(reach: Reach, path: string): string {
  for (let at = directoryOf(path); at !== ""; at = directoryOf(at)) {
    if (reach.files.entry(within(at, "package.json")) !== undefined) return at;
    if (nameOf(at) === "node_modules") break;
  }
  return directoryOf(path);
}

/** Keeps what a computed name may ask for: dependencies of the package that computes it, and packages that reached files name. */
export function settleNode(
  reach: Reach,
  node: Node,
  texts: () => Iterable<readonly [path: string, words: readonly string[]]>,
): boolean {
  const before = reach.queue.length;
  if (node.computed.size === 0) return false;
  for (const root of node.computed) {
    const path = within(root, "package.json");
    for (const facts of reach.files.facts(path))
      for (const name of facts.kind === "package" ? facts.dependencies : []) {
        const why = `depends on ${name}, and loads modules by computed names`;
        request(reach, node, name, { level: "doubtful", why, from: path }, root);
      }
  }
  for (const [path, words] of texts())
    for (const word of words) {
      if (!/^(?:@[\w.~-]+\/)?[a-z][\w.~-]*$/.test(word)) continue;
      const why = `names ${word}, and modules are loaded by computed names`;
      request(reach, node, word, { level: "doubtful", why, from: path }, directoryOf(path));
    }
  return reach.queue.length > before;
}
