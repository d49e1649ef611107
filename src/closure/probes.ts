import type { FileFacts } from "../core/facts.ts";
import type { Candidate, Extractor, FoundFile } from "../core/plugin.ts";
import { isElf } from "../formats/elf.ts";
import { readElfDynamic } from "../formats/elf-dynamic.ts";
import { isJarName, readJar } from "../formats/jar.ts";
import { readJavascriptRequests } from "../formats/javascript-requests.ts";
import { readPythonImports } from "../formats/python-imports.ts";
import { readText, utf8 } from "../formats/random-access.ts";
import { isRecord, parseJson } from "../formats/shape.ts";
import { readShellWords } from "../formats/shell-words.ts";
import { openZip } from "../formats/zip.ts";
import { isShell } from "./command.ts";

/** What `slim` looks for in files, beside the extractors of packages. */
export const closureProbes: readonly Extractor[] = [
  probe("closure-elf", ({ head }) => isElf(head), elfFacts),
  probe("closure-script", isScript, scriptFacts),
  probe("closure-python", ({ path }) => path.endsWith(".py"), sourceFacts(readPythonImports)),
  probe("closure-javascript", isJavascript, sourceFacts(readJavascriptRequests)),
  probe("closure-package", ({ path }) => /(?:^|\/)package\.json$/.test(path), packageFacts),
  probe("closure-jar", ({ path }) => isJarName(path), jarFacts),
  probe("closure-text", isSettings, textFacts),
];

function probe(
  id: string,
  wants: Extractor["wants"],
  read: (file: FoundFile) => FileFacts | undefined,
): Extractor {
  return {
    id,
    // What a link of another layer leads to is read under its own path: the facts are the same.
    minor: true,
    wants,
    extract(file) {
      const facts = read(file);
      return facts === undefined ? {} : { facts };
    },
  };
}

function elfFacts({ bytes }: FoundFile): FileFacts | undefined {
  return readElfDynamic(bytes);
}

// Node strips types by itself, but not of what is installed.
function isJavascript({ path }: Candidate): boolean {
  return /\.[cm]?jsx?$/.test(path) || (/(?<!\.d)\.[cm]?tsx?$/.test(path) && !isInstalled(path));
}

const source = /\.(?:py|[cm]?[jt]sx?)$/;

// `sh start.sh` and `node bin/www` ask for no mode, and a file that is taken in for no first line.
function isScript({ path, head }: Candidate): boolean {
  return hasInterpreterLine(head) || shellSource.test(path);
}

function hasInterpreterLine(head: Uint8Array): boolean {
  return head[0] === 0x23 && head[1] === 0x21;
}

const shellSource = /\.(?:ba|da|k|z)?sh$/;

function isShellLine(interpreter: readonly string[]): boolean {
  return isShell(programOf(interpreter) ?? "");
}

function programOf(interpreter: readonly string[]): string | undefined {
  return interpreter
    .map((word) => word.slice(word.lastIndexOf("/") + 1))
    .find((word) => word !== "env" && !word.startsWith("-"));
}

const longestLine = 512;
const longestSource = 16 * 2 ** 20;

function scriptFacts({ head, bytes, path }: FoundFile): FileFacts {
  const interpreter = hasInterpreterLine(head) ? interpreterLine(head) : ["/bin/sh"];
  if (!isShellLine(interpreter)) return scriptSource(programOf(interpreter) ?? "", path, bytes, interpreter);
  const { words, commands, reads, runsArguments, computed } = readShellWords(
    readText(bytes, longestSource, "script"),
  );
  return {
    kind: "script",
    interpreter,
    words: [...commands, ...words, ...(runsArguments ? ["$@"] : [])],
    reads,
    computed,
  };
}

// A console script has no ending that tells its language; what it imports stands among its words.
function scriptSource(
  program: string,
  path: string,
  bytes: FoundFile["bytes"],
  interpreter: readonly string[],
): FileFacts {
  const plain = { kind: "script" as const, interpreter, words: [], reads: [], computed: false };
  if (source.test(path)) return plain;
  const text = readText(bytes, longestSource, "script");
  if (program.startsWith("python")) return { ...plain, words: readPythonImports(text).requests };
  if (/^node(?:js)?$/.test(program)) return { ...plain, words: readJavascriptRequests(text).requests };
  return plain;
}

// execve(2): one line, the interpreter and the rest as a single argument; env -S and our own reading split that.
function interpreterLine(head: Uint8Array): readonly string[] {
  const text = Buffer.from(head.subarray(2, longestLine)).toString("latin1");
  const end = text.indexOf("\n");
  return (end < 0 ? text : text.slice(0, end))
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
}

function sourceFacts(read: (text: string) => FileFacts & { readonly kind: "imports" }) {
  return ({ path, bytes }: FoundFile): FileFacts => {
    const facts = read(readText(bytes, longestSource, "source"));
    // Of what an interpreter brings along, and of libraries that start nothing and compute nothing, paths are enough.
    const isTalkative = !isInstalled(path) || facts.computed || facts.runs;
    return isTalkative ? facts : { ...facts, words: facts.words.filter((word) => /^\/|\.so\b/.test(word)) };
  };
}

function isInstalled(path: string): boolean {
  return /(?:^|\/)(?:node_modules|site-packages|dist-packages|lib(?:64)?\/python\d[^/]*)\//.test(path);
}

const dependencyLists = ["dependencies", "optionalDependencies", "peerDependencies"];
const longestPackage = 8 * 2 ** 20;
const mostDependencies = 2000;

function packageFacts({ bytes }: FoundFile): FileFacts {
  const manifest = parseJson(readText(bytes, longestPackage, "package.json"), "package.json");
  const lists = isRecord(manifest) ? dependencyLists.map((name) => manifest[name]) : [];
  const names = lists.flatMap((list) => (isRecord(list) ? Object.keys(list) : []));
  return { kind: "package", dependencies: [...new Set(names)].slice(0, mostDependencies) };
}

function jarFacts({ bytes }: FoundFile): FileFacts {
  const budget = { entries: 2_000_000, archives: 20_000, inflated: 64 * 2 ** 20 };
  const { manifest } = readJar(openZip(bytes), budget);
  return {
    kind: "jar",
    classPath: (manifest.get("class-path") ?? "").split(/\s+/).filter((part) => part !== ""),
    mainClass: manifest.get("main-class"),
  };
}

const settings =
  /^etc\/ld\.so\.conf(?:\.d\/[^/]+\.conf)?$|^etc\/ld-musl-[^/]+\.path$|^etc\/nsswitch\.conf$|\.pth$|(?:^|\/)pyvenv\.cfg$|\.(?:dist|egg)-info\/(?:entry_points|top_level)\.txt$/;

function isSettings({ path }: Candidate): boolean {
  return settings.test(path);
}

const longestSettings = 2 ** 18;

function textFacts({ bytes }: FoundFile): FileFacts {
  const lines = utf8(bytes.read(0, longestSettings)).split("\n");
  return {
    kind: "text",
    lines: lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#")),
  };
}
