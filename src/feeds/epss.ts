import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Feed, FeedDocument, FeedRecord } from "../core/feed.ts";

const name = "epss.empiricalsecurity.com/epss_scores-current.csv.gz";

/** FIRST's probabilities of exploitation, a line for each CVE (https://www.first.org/epss/data_stats). */
export const epss: Feed = {
  id: "epss",
  documents: () => [name],
  async *parse(document: FeedDocument): AsyncIterable<FeedRecord> {
    try {
      yield* rows(document);
    } catch (thrown) {
      if (thrown instanceof SeaworthyError) throw thrown;
      throw invalid(document, messageOf(thrown), thrown);
    }
  },
};

async function* rows(document: FeedDocument): AsyncIterable<FeedRecord> {
  const day = { value: "" };
  let header = false;
  for await (const line of lines(document)) {
    if (header) yield record(line, day.value);
    else if (line.startsWith("#")) day.value = /score_date:(\d{4}-\d\d-\d\d)/u.exec(line)?.[1] ?? "";
    else if (line.startsWith("cve,epss")) header = true;
    else throw invalid(document, `its first line is "${line.slice(0, 80)}", not "cve,epss,percentile"`);
  }
  if (!header) throw invalid(document, "it has no lines");
}

async function* lines({ path }: FeedDocument): AsyncIterable<string> {
  const file = createReadStream(path);
  const text = file.pipe(createGunzip({ chunkSize: 2 ** 18 }));
  // An error of the file is not passed on by pipe.
  file.on("error", (thrown) => text.destroy(thrown));
  try {
    for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY }))
      if (line !== "") yield line;
    // readline ends quietly where its input breaks.
    if (text.errored !== null) throw text.errored;
  } finally {
    file.destroy();
  }
}

function record(line: string, day: string): FeedRecord {
  const [, cve, score] = /^(CVE-\d{4}-\d{4,}),(\d(?:\.\d+)?(?:[eE]-\d+)?)(?:,|$)/u.exec(line) ?? [];
  const probability = Number(score);
  if (cve === undefined || !(probability <= 1))
    return { kind: "rejected", record: line.slice(0, 60), reason: "no CVE with a probability" };
  return { kind: "exploit-probability", entry: { cve, probability, day } };
}

function invalid(document: FeedDocument, state: string, cause?: unknown): SeaworthyError {
  return new SeaworthyError("feed-invalid", `read feed "${document.name}": ${state}`, { cause });
}
