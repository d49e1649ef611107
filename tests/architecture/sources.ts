import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** One import of a source file, type imports and dynamic ones included. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Repository path of the file for a relative import, undefined for packages and `node:` modules. */
  readonly target: string | undefined;
  /** It names the file of a worker: another thread's module, so no part of a ring. */
  readonly worker: boolean;
}

/** One TypeScript file. `path` is relative to the repository, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

/** Every `.ts` file below `directory` of the repository `root`, in the order of their paths. */
export function readSources(root: string, directory: string): readonly Source[] {
  return readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => source(path, readFileSync(join(root, path), "utf8")));
}

/** A file from its text: samples of the rules' own tests are made by this too. */
export function source(path: string, text: string): Source {
  const code = withoutComments(text);
  const imports = [
    ...found(code, shapes).map((specifier) => ({
      specifier,
      target: resolve(path, specifier),
      worker: false,
    })),
    ...found(code, [workers]).map((specifier) => ({
      specifier,
      target: resolve(path, specifier),
      worker: true,
    })),
  ];
  return { path, text, lines: text.split("\n").length - 1, imports };
}

/** Is it a test, or a file that only tests use? */
export function isTest(path: string): boolean {
  return path.startsWith("tests/") || path.endsWith(".test.ts");
}

// TypeScript 7 has no API and oxc's is another dependency: three shapes of import are all that the language has.
const shapes = [
  /^[ \t]*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"'\n]+)["']/gmu,
  /^[ \t]*import\s*["']([^"'\n]+)["']/gmu,
  /\bimport\s*\(\s*["'`]([^"'`\n]+)["'`]/gu,
];
const workers = /["'](\.{1,2}\/[\w./-]+-worker\.ts)["']/gu;

function found(code: string, patterns: readonly RegExp[]): readonly string[] {
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ""));
}

// Comments may show imports. Only whole-line and block comments are cut: `//` inside a string stays.
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gmu, "").replace(/^[ \t]*\/\/.*$/gmu, "");
}

function resolve(path: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? join(dirname(path), specifier) : undefined;
}
