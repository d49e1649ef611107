import { basename, dirname } from "node:path";
import { emptyNames, families, floors, longestFile, sideways } from "./floors.ts";
import { isTest, type Source } from "./sources.ts";

/** Imports that go up, sideways without leave, out of src/, or to a file that is not there. */
export function importDirection(sources: readonly Source[]): readonly string[] {
  const known = new Set(sources.map(({ path }) => path));
  return sources.flatMap((file) =>
    relativeImports(file).flatMap((target) => {
      const reason = isTest(file.path) ? undefined : wrongDirection(file.path, target);
      const missing = target.startsWith("src/") && target.endsWith(".ts") && !known.has(target);
      if (missing) return [`${file.path} imports ${target}, which does not exist`];
      return reason === undefined ? [] : [`${file.path} imports ${target}: ${reason}`];
    }),
  );
}

function wrongDirection(from: string, to: string): string | undefined {
  const own = folderOf(from);
  const other = folderOf(to);
  const ownFloor = floorOf(own);
  if (ownFloor === -1) return `"${own}" stands on no floor`;
  if (to === "package.json") return undefined;
  if (!to.startsWith("src/")) return "outside src/";
  if (isTest(to)) return "a test";
  const otherFloor = floorOf(other);
  if (otherFloor === -1) return `"${other}" stands on no floor`;
  if (own === other || otherFloor < ownFloor) return undefined;
  if (otherFloor > ownFloor) return "upward";
  return (sideways[own] ?? []).includes(other) ? undefined : "sideways";
}

/** Anything but its own files that core imports: it is pure, without `node:` modules or packages. */
export function coreIsAlone(sources: readonly Source[]): readonly string[] {
  return sources
    .filter(({ path }) => folderOf(path) === "core" && !isTest(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target === undefined || folderOf(target) !== "core")
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
}

/** Plugins of one family that import one another, outside the family's list. */
export function siblings(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((file) => {
    const own = pluginOf(file.path);
    if (own === undefined || own.plugin === "list") return [];
    return relativeImports(file).flatMap((target) => {
      const other = pluginOf(target);
      const sibling = other !== undefined && other.family === own.family && other.plugin !== own.plugin;
      return sibling && !isTest(file.path) ? [`${file.path} imports its sibling ${target}`] : [];
    });
  });
}

/** Every ring of imports, each as the chain of its files. */
export function rings(sources: readonly Source[]): readonly string[] {
  const graph = new Map(sources.map((file) => [file.path, relativeImports(file, false)]));
  const done = new Set<string>();
  const found: string[] = [];
  for (const start of graph.keys()) visit(start, graph, done, found);
  return found;
}

// Depth first with the path kept by hand: a file met again on its own path closes a ring.
function visit(
  start: string,
  graph: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
  found: string[],
): void {
  if (done.has(start)) return;
  const path: { file: string; next: number }[] = [{ file: start, next: 0 }];
  while (path.length > 0) {
    const top = path.at(-1);
    if (top === undefined) return;
    const target = graph.get(top.file)?.[top.next];
    top.next += 1;
    if (target === undefined) {
      done.add(top.file);
      path.pop();
    } else if (path.some(({ file }) => file === target)) {
      const ring = path.slice(path.findIndex(({ file }) => file === target)).map(({ file }) => file);
      found.push([...ring, target].join(" → "));
    } else if (graph.has(target) && !done.has(target)) path.push({ file: target, next: 0 });
  }
}

/** Files longer than the house allows; tests and tables of data (which say so) are exempt. */
export function tooLong(sources: readonly Source[]): readonly string[] {
  return sources
    .filter(({ path, lines, text }) => lines > longestFile && !isTest(path) && !isTable(text))
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

function isTable(text: string): boolean {
  return text.slice(0, 400).includes("oxlint-disable max-lines -- table of data");
}

/** Files and folders with a name that says nothing. */
export function namelessNames(sources: readonly Source[]): readonly string[] {
  return sources
    .filter(({ path }) => path.split("/").some((part) => emptyNames.test(part)))
    .map(({ path }) => `${path} is named after nothing`);
}

/** Exported names of core without a doc comment right above. */
export function undocumented(sources: readonly Source[]): readonly string[] {
  return sources.filter(({ path }) => folderOf(path) === "core" && !isTest(path)).flatMap(undocumentedNames);
}

function undocumentedNames({ path, text }: Source): readonly string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const name = exportedName(line);
    const above = lines[index - 1]?.trimEnd() ?? "";
    // An overload's later signatures stand below the first one's.
    const overload = name !== undefined && exportedName(above) === name;
    return name === undefined || above.endsWith("*/") || overload ? [] : [`${path} exports ${name}`];
  });
}

function exportedName(line: string): string | undefined {
  return /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|interface|type|class) (\w+)/u.exec(
    line,
  )?.[1];
}

/** Files of formats/ that no test of their folder imports; `cvss.test.ts` tests `cvss-metrics.ts` too. */
export function untestedFormats(sources: readonly Source[]): readonly string[] {
  const tested = new Set(
    sources
      .filter(({ path }) => path.endsWith(".test.ts"))
      .flatMap((test) => relativeImports(test).filter((target) => dirname(target) === dirname(test.path))),
  );
  return sources
    .filter(({ path }) => folderOf(path) === "formats" && !isTest(path) && !tested.has(path))
    .filter(({ path }) => !sources.some((test) => isTest(test.path) && isPartOf(path, test.path)))
    .map(({ path }) => `${path} has no test that imports it`);
}

function isPartOf(path: string, test: string): boolean {
  return path.startsWith(`${test.replace(/\.test\.ts$/u, "")}-`);
}

/** Tests that prepare outside of a suite: all tests share one process, where such a hook runs before every test of the house. */
export function rootHooks(sources: readonly Source[]): readonly string[] {
  return sources
    .filter(
      ({ path, text }) => path.endsWith(".test.ts") && /^(?:before|beforeEach|afterEach)\(/mu.test(text),
    )
    .map(({ path }) => `${path} has a hook outside of a suite`);
}

/** Middle value of a list of numbers, 0 for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** Lengths in lines of the top-level functions of a file. */
export function functionLengths({ text }: Source): readonly number[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    if (!/^(?:export )?(?:async )?function\b/u.test(line)) return [];
    const end = lines.findIndex((other, at) => at >= index && other.startsWith("}"));
    return end === -1 ? [] : [end - index + 1];
  });
}

function relativeImports({ imports }: Source, withWorkers = true): readonly string[] {
  return imports.flatMap(({ target, worker }) =>
    target === undefined || (worker && !withWorkers) ? [] : [target],
  );
}

function folderOf(path: string): string {
  return path.startsWith("src/") ? (path.split("/")[1] ?? "") : "";
}

function floorOf(folder: string): number {
  return floors.findIndex((floor) => floor.includes(folder));
}

function pluginOf(path: string): { readonly family: string; readonly plugin: string } | undefined {
  const [root, family = "", first = "", ...rest] = path.split("/");
  if (root !== "src" || !families.includes(family)) return undefined;
  // A plugin is a folder, or the files that share the first word of their name: `osv.ts`, `osv-record.ts`.
  const word =
    basename(first)
      .replace(/(?:\.test)?\.ts$/u, "")
      .split("-")[0] ?? "";
  const plugin = rest.length === 0 ? word : first;
  return { family, plugin };
}
