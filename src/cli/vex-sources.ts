import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { VexStatement } from "../core/vex.ts";
import type { VexSubject } from "../policy/vex/apply.ts";
import type { Io } from "./command.ts";
import { openRepository } from "./vex-repository.ts";

/** What VEX sources say. */
export interface LoadedVex {
  readonly statements: readonly VexStatement[];
  /** In words what of them says nothing, is not there or was not checked. */
  readonly notes: readonly string[];
}

/** A VEX document that is at hand, such as an attestation's payload. */
export interface VexText {
  readonly text: string;
  /** As reports call it. */
  readonly source: string;
}

const largest = 128 * 2 ** 20;

/**
 * Reads what `--vex` names, in its order: a file; a directory, of which every `*.json` is one; `repo:` and the directory or archive of a
 * VEX repository, of which only those documents are read that speak of the subject. Then the texts.
 * @throws SeaworthyError `vex-invalid`, `usage`, `limit-exceeded`: one that cannot be read is never passed over.
 */
export async function loadVex(
  sources: readonly string[],
  texts: readonly VexText[],
  subject: VexSubject,
  io: Pick<Io, "cwd">,
): Promise<LoadedVex> {
  if (sources.length + texts.length === 0) return { statements: [], notes: [] };
  // Loaded only here: the schemas would cost every command 60 ms.
  const { readVex } = await import("../policy/vex/read.ts");
  const parts: LoadedVex[] = [];
  for (const source of sources) {
    if (source.startsWith("repo:")) {
      parts.push(await repositoryVex(source.slice("repo:".length), subject, io));
      continue;
    }
    for (const file of await filesOf(source, io)) parts.push(readVex(await fileText(file, io), file));
  }
  for (const { text, source } of texts) parts.push(readVex(text, source));
  return joined(parts);
}

function joined(parts: readonly LoadedVex[]): LoadedVex {
  return {
    statements: parts.flatMap(({ statements }) => statements),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
  };
}

async function repositoryVex(
  name: string,
  { image, packages, findings }: VexSubject,
  io: Pick<Io, "cwd">,
): Promise<LoadedVex> {
  const [{ readVex }, { entriesOf, readRepositoryIndex }, { createScene }, { knownImage }] =
    await Promise.all([
      import("../policy/vex/read.ts"),
      import("../policy/vex/repository.ts"),
      import("../policy/vex/product-fit.ts"),
      import("../policy/vex/image-fit.ts"),
    ]);
  const files = await openRepository(resolve(io.cwd, name), name);
  const entries = readRepositoryIndex(files.index, `repo:${name}/index.json`);
  const wanted = entriesOf(entries, createScene(knownImage(image), packages), findings);
  const locations = new Set(wanted.map(({ location }) => location));
  const texts = await files.read(locations);
  const missing = [...locations].filter((location) => !texts.has(location));
  return joined([
    ...[...locations].flatMap((location) => {
      const text = texts.get(location);
      return text === undefined
        ? []
        : [ofRepository(readVex(text, `repo:${name}/${location}`), `repo:${name}`)];
    }),
    {
      statements: [],
      notes: missing.map((location) => `repo:${name}: index.json names ${location}, which is not there`),
    },
  ]);
}

function ofRepository({ statements, notes }: LoadedVex, repository: string): LoadedVex {
  const from = (statement: VexStatement): VexStatement => ({
    ...statement,
    document: { ...statement.document, repository },
  });
  return { statements: statements.map(from), notes };
}

async function filesOf(name: string, io: Pick<Io, "cwd">): Promise<readonly string[]> {
  const path = resolve(io.cwd, name);
  const there = await stat(path).catch((thrown: unknown) => {
    throw unreadable(name, messageOf(thrown));
  });
  if (!there.isDirectory()) return [name];
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch((thrown: unknown) => {
    throw unreadable(name, messageOf(thrown));
  });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(name, entry.parentPath.slice(path.length), entry.name))
    .toSorted();
  if (files.includes(join(name, "vex-repository.json")))
    throw unreadable(name, `it is a VEX repository: write repo:${name}`);
  if (files.length === 0) throw unreadable(name, "there is no *.json in it");
  return files;
}

async function fileText(name: string, io: Pick<Io, "cwd">): Promise<string> {
  const path = resolve(io.cwd, name);
  try {
    const { size } = await stat(path);
    if (size > largest)
      throw new SeaworthyError("limit-exceeded", `read VEX "${name}": more than ${largest} bytes`);
    return await readFile(path, "utf8");
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) throw thrown;
    throw unreadable(name, messageOf(thrown));
  }
}

function unreadable(name: string, state: string): SeaworthyError {
  return new SeaworthyError("usage", `read VEX "${name}": ${state}`, {
    hint: "name a file, a directory of *.json, or repo: and a VEX repository",
  });
}
