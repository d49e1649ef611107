import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Feed, FeedDocument, FeedRecord } from "../core/feed.ts";
import { openFileAccess } from "../formats/file-access.ts";
import { openZip, readEntry, type ZipArchive, type ZipEntry } from "../formats/zip.ts";
import { type OsvExport, osvExports } from "./osv-ecosystem.ts";
import { osvAdvisory } from "./osv-record.ts";
import { osvRecord } from "./osv-schema.ts";

const host = "osv-vulnerabilities.storage.googleapis.com";
const index = `${host}/ecosystems.txt`;
const largestRecord = 64 << 20;

/** OSV's exports, one zip of records an ecosystem (https://google.github.io/osv.dev/data/#data-dumps). */
export const osv: Feed = {
  id: "osv",
  documents: (have, absent) => {
    if (absent.includes(index)) return [index, ...osvExports.map(documentOf)];
    const listed = have.find((document) => document.name === index);
    return listed === undefined ? [index] : listedDocuments(listed);
  },
  // Every export is asked for only when the list of them is not there. Alpine's own list is a feed of its own.
  optional: (name) => name === index || exportOf(name)?.name === "Alpine",
  source: (name) => {
    const found = exportOf(name);
    return found === undefined ? undefined : `osv ${found.name}`;
  },
  makesUp: (name, ecosystem) => ecosystem.startsWith(exportOf(name)?.own ?? ""),
  async *parse(document: FeedDocument): AsyncIterable<FeedRecord> {
    const found = exportOf(document.name);
    if (found === undefined) return;
    const file = openFileAccess(document.path);
    try {
      const archive = openZip(file);
      for (const entry of archive.entries()) yield* entryRecords(archive, entry, found.takes);
    } catch (cause) {
      throw new SeaworthyError("feed-invalid", `read feed "${document.name}": ${messageOf(cause)}`, {
        cause,
      });
    } finally {
      file.close();
    }
  },
};

function documentOf(each: OsvExport): string {
  return `${host}/${each.name}/all.zip`;
}

function exportOf(name: string): OsvExport | undefined {
  return osvExports.find((each) => documentOf(each) === name);
}

async function listedDocuments(listed: FeedDocument): Promise<readonly string[]> {
  const names = new Set((await readFile(listed.path, "utf8")).split("\n").map((line) => line.trim()));
  return [index, ...osvExports.filter((each) => names.has(each.name)).map(documentOf)];
}

// A record that is no OSV record is rejected alone; bytes that do not come out of the zip mean a broken download.
function* entryRecords(archive: ZipArchive, entry: ZipEntry, takes: readonly string[]): Iterable<FeedRecord> {
  if (!entry.name.endsWith(".json")) return;
  if (entry.size > largestRecord) return yield rejected(entry.name, "over 64 MiB");
  const parsed = osvRecord.safeParse(parseJson(bytesOf(archive, entry)));
  if (!parsed.success)
    return yield rejected(entry.name, z.prettifyError(parsed.error).replaceAll("\n", "; "));
  const advisory = osvAdvisory(parsed.data, takes);
  if (advisory !== undefined) yield { kind: "advisory", advisory };
}

// The zip reader checks what it inflates, not what is stored as it is.
function bytesOf(archive: ZipArchive, entry: ZipEntry): Uint8Array {
  const access = readEntry(archive, entry, largestRecord);
  const bytes = access.read(0, access.size);
  if (entry.method === 0 && crc32(bytes) !== entry.crc)
    throw new SeaworthyError("malformed", `read "${entry.name}": its checksum is wrong`);
  return bytes;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch {
    return undefined;
  }
}

function rejected(record: string, reason: string): FeedRecord {
  return { kind: "rejected", record, reason };
}
