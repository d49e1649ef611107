import { readFile } from "node:fs/promises";
import { z } from "zod";
import { SeaworthyError } from "../core/errors.ts";
import type { Feed, FeedDocument, FeedRecord } from "../core/feed.ts";

const name = "www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const catalogue = z.object({ vulnerabilities: z.array(z.unknown()).min(1) });
const entry = z.object({
  cveID: z.string().regex(/^CVE-\d{4}-\d{4,}$/),
  dateAdded: day,
  dueDate: day.optional(),
});

/** CISA's catalogue of flaws that are known to be exploited (https://www.cisa.gov/known-exploited-vulnerabilities-catalog). */
export const kev: Feed = {
  id: "kev",
  documents: () => [name],
  async *parse(document: FeedDocument): AsyncIterable<FeedRecord> {
    for (const [index, item] of (await read(document)).entries()) {
      const found = entry.safeParse(item);
      if (!found.success)
        yield { kind: "rejected", record: `entry ${index}`, reason: z.prettifyError(found.error) };
      else
        yield {
          kind: "known-exploited",
          entry: { cve: found.data.cveID, added: found.data.dateAdded, due: found.data.dueDate },
        };
    }
  },
};

async function read(document: FeedDocument): Promise<readonly unknown[]> {
  try {
    return catalogue.parse(JSON.parse(await readFile(document.path, "utf8"))).vulnerabilities;
  } catch (cause) {
    throw new SeaworthyError("feed-invalid", `read feed "${document.name}": not CISA's catalogue`, { cause });
  }
}
