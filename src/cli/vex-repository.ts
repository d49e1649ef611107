import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import { inflate } from "../formats/compression.ts";
import { openFileAccess } from "../formats/file-access.ts";
import { readAll } from "../formats/random-access.ts";
import { createTarReader } from "../formats/tar.ts";
import { openZip, readEntry } from "../formats/zip.ts";

/** The files of a VEX repository, in a directory or an archive. */
export interface RepositoryFiles {
  readonly index: string;
  /** Texts of the files that are there, by their paths relative to the index. */
  read(locations: ReadonlySet<string>): Promise<ReadonlyMap<string, string>>;
}

const largestFile = 128 * 2 ** 20;
const largestSum = 512 * 2 ** 20;
const indexName = "index.json";

/** Opens a directory, a tar (plain, gzip or zstd) or a zip. @throws SeaworthyError `usage` where there is no index.json, and what reading throws. */
export async function openRepository(path: string, name: string): Promise<RepositoryFiles> {
  const there = await stat(path).catch((thrown: unknown) => {
    throw unreadable(name, messageOf(thrown));
  });
  if (there.isDirectory()) return directory(path, name);
  const read = (await startsAsZip(path)) ? zipFiles : tarFiles;
  const indexes = await read(path, (entry) => entry === indexName || entry.endsWith(`/${indexName}`));
  // It lies at the top, or in the one folder that forges put around an archive's files.
  const [at] = [...indexes.keys()].toSorted(
    (a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1),
  );
  const index = at === undefined ? undefined : indexes.get(at);
  if (at === undefined || index === undefined) throw unreadable(name, `there is no ${indexName} in it`);
  const root = at.slice(0, -indexName.length);
  return {
    index,
    read: async (locations) => {
      const texts = await read(
        path,
        (entry) => entry.startsWith(root) && locations.has(entry.slice(root.length)),
      );
      return new Map([...texts].map(([entry, text]) => [entry.slice(root.length), text]));
    },
  };
}

async function directory(path: string, name: string): Promise<RepositoryFiles> {
  const root = await realpath(path);
  const index = await textOf(join(root, indexName));
  if (index === undefined) throw unreadable(name, `there is no ${indexName} in it`);
  return {
    index,
    read: async (locations) => {
      const texts = new Map<string, string>();
      let sum = 0;
      for (const location of locations) {
        // A link may lead out of the repository.
        const file = await realpath(join(root, location)).catch(() => undefined);
        const text = file?.startsWith(root + sep) === true ? await textOf(file) : undefined;
        if (text === undefined) continue;
        sum += text.length;
        if (sum > largestSum) throw tooMuch(name);
        texts.set(location, text);
      }
      return texts;
    },
  };
}

async function textOf(file: string): Promise<string | undefined> {
  const there = await stat(file).catch(() => undefined);
  if (there === undefined || !there.isFile()) return undefined;
  if (there.size > largestFile) throw tooMuch(file);
  return readFile(file, "utf8");
}

async function startsAsZip(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 3 })) return String(chunk).startsWith("PK");
  return false;
}

type Wanted = (path: string) => boolean;

async function tarFiles(path: string, wanted: Wanted): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  let sum = 0;
  const reader = createTarReader({
    entry({ path: written, kind, size }) {
      const name = written.replace(/^(?:\.\/)+/, "");
      if (kind !== "file" || !wanted(name)) return undefined;
      sum += size;
      if (size > largestFile || sum > largestSum) throw tooMuch(path);
      const chunks: Buffer[] = [];
      return {
        write: (chunk) => void chunks.push(Buffer.from(chunk)),
        end: () => void texts.set(name, Buffer.concat(chunks).toString("utf8")),
      };
    },
  });
  const { chunks } = await inflate(createReadStream(path));
  for await (const chunk of chunks) reader.push(chunk);
  reader.end();
  return texts;
}

function zipFiles(path: string, wanted: Wanted): Promise<Map<string, string>> {
  const access = openFileAccess(path);
  try {
    const archive = openZip(access);
    const texts = new Map<string, string>();
    let sum = 0;
    for (const entry of archive.entries()) {
      if (!wanted(entry.name)) continue;
      sum += entry.size;
      if (sum > largestSum) throw tooMuch(path);
      const bytes = readAll(readEntry(archive, entry, largestFile), largestFile, entry.name);
      texts.set(entry.name, Buffer.from(bytes).toString("utf8"));
    }
    return Promise.resolve(texts);
  } finally {
    access.close();
  }
}

function unreadable(name: string, state: string): SeaworthyError {
  return new SeaworthyError("usage", `read VEX repository "${name}": ${state}`, {
    hint: "name a directory, a tar or a zip with index.json (github.com/aquasecurity/vex-repo-spec)",
  });
}

function tooMuch(name: string): SeaworthyError {
  return new SeaworthyError("limit-exceeded", `read VEX of "${name}": more than is read of one source`);
}
