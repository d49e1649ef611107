import { z } from "zod";
import type { Advisory, Affected } from "../core/advisory.ts";
import { messageOf, SeaworthyError } from "../core/errors.ts";
import type { Feed, FeedDocument, FeedRecord } from "../core/feed.ts";
import { headline } from "../core/headline.ts";
import { severityWord } from "../core/severity.ts";
import { objectMembers } from "../formats/big-json.ts";
import { openFileAccess } from "../formats/file-access.ts";

const name = "security-tracker.debian.org/tracker/data/json";

// The tracker speaks of releases by codename (https://wiki.debian.org/DebianReleases), os-release by number.
const releases: ReadonlyMap<string, string> = new Map([
  ["wheezy", "debian:7"],
  ["jessie", "debian:8"],
  ["stretch", "debian:9"],
  ["buster", "debian:10"],
  ["bullseye", "debian:11"],
  ["bookworm", "debian:12"],
  ["trixie", "debian:13"],
  ["forky", "debian:14"],
  ["duke", "debian:15"],
  ["sid", "debian:sid"],
]);

const statement = z.object({
  status: z.enum(["open", "resolved", "undetermined"]),
  fixed_version: z.string().max(512).optional(),
  urgency: z.string().optional(),
  nodsa_reason: z.string().nullish(),
});
const flaw = z.object({
  description: z.string().optional(),
  releases: z.record(z.string(), statement),
});
type Statement = z.infer<typeof statement>;

/** Debian's security tracker: source package → flaw → release (https://security-tracker.debian.org/tracker/data/json). */
export const debianTracker: Feed = {
  id: "debian-tracker",
  documents: () => [name],
  async *parse(document: FeedDocument): AsyncIterable<FeedRecord> {
    const file = openFileAccess(document.path);
    try {
      for (const { key, value } of objectMembers(file)) yield* packageRecords(key, value);
    } catch (cause) {
      throw new SeaworthyError("feed-invalid", `read feed "${document.name}": ${messageOf(cause)}`, {
        cause,
      });
    } finally {
      file.close();
    }
  },
};

function packageRecords(source: string, bytes: Uint8Array): readonly FeedRecord[] {
  const flaws = z.record(z.string(), z.unknown()).safeParse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  if (!flaws.success) return [{ kind: "rejected", record: source, reason: "not an object of flaws" }];
  return Object.entries(flaws.data).map(([id, item]) => {
    const found = flaw.safeParse(item);
    if (!found.success)
      return { kind: "rejected", record: `${source} ${id}`, reason: z.prettifyError(found.error) };
    return { kind: "advisory", advisory: advisoryOf(source, id, found.data) };
  });
}

function advisoryOf(source: string, id: string, found: z.infer<typeof flaw>): Advisory {
  return {
    id,
    source: "debian-tracker",
    aliases: [],
    bundles: [],
    summary: headline(found.description ?? "", "text"),
    cvss: [],
    affected: Object.entries(found.releases).flatMap(([codename, statement]) => {
      const ecosystem = releases.get(codename);
      return ecosystem === undefined ? [] : [affectedOf(ecosystem, source, statement)];
    }),
  };
}

// Fixed version "0": never affected, which is recorded as an entry without versions.
function affectedOf(ecosystem: string, source: string, statement: Statement): Affected {
  const severity = severityWord(statement.urgency);
  const fixed = statement.status === "resolved" ? statement.fixed_version : undefined;
  const ranges = fixed === "0" ? [] : [{ introduced: "0", fixed }];
  return { ecosystem, name: source, ranges, versions: [], severity, intent: intentOf(statement, fixed) };
}

function intentOf(statement: Statement, fixed: string | undefined): Affected["intent"] {
  if (fixed !== undefined) return undefined;
  if (statement.status !== "open") return "unknown";
  return statement.nodsa_reason === "ignored" || statement.urgency === "end-of-life" ? "wont-fix" : "none";
}
