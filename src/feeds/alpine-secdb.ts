import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Advisory } from "../core/advisory.ts";
import { distroKey } from "../core/ecosystem.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Feed, FeedDocument, FeedRecord } from "../core/feed.ts";
import { schemeFor } from "../versions/list.ts";

const host = "secdb.alpinelinux.org";
const newestRelease = 32;
const releases = [...Array.from({ length: newestRelease - 1 }, (_, index) => `v3.${index + 2}`), "edge"];
const names = releases.flatMap((release) => [
  `${host}/${release}/main.json`,
  `${host}/${release}/community.json`,
]);

const document = z.object({
  packages: z
    .array(z.object({ pkg: z.object({ name: z.string().min(1), secfixes: z.unknown() }) }))
    .nullish()
    .transform((packages) => packages ?? []),
});
// A package without fixes has an empty list in some documents.
const secfixes = z.union([
  z.record(z.string(), z.array(z.string()).nullish()),
  z.array(z.never()).transform(() => ({})),
  z.null().transform(() => ({})),
]);

/**
 * Alpine's security database: source package → fixed version → flaws (https://secdb.alpinelinux.org).
 * It lists fixes only; version "0" says that the package never had the flaw.
 */
export const alpineSecdb: Feed = {
  id: "alpine-secdb",
  documents: () => names,
  // There is no list of releases: one of which nothing is there is to come. The first had no community repository.
  optional: (name, have) =>
    name === `${host}/v3.2/community.json` ||
    !have.some((each) => ecosystemOf(each.name) === ecosystemOf(name)),
  makesUp: (name, ecosystem) => ecosystemOf(name) === ecosystem,
  async *parse(source: FeedDocument): AsyncIterable<FeedRecord> {
    const ecosystem = ecosystemOf(source.name);
    for (const { pkg } of await read(source)) yield* packageRecords(ecosystem, pkg, source.name);
  },
};

function ecosystemOf(name: string): string {
  const release = /\/(?:v(\d+\.\d+)|edge)\/\w+\.json$/.exec(name);
  const key = release === null ? undefined : distroKey({ id: "alpine", version: release[1] ?? "edge" });
  if (key === undefined)
    throw new SeaworthyError("feed-invalid", `read feed "${name}": no release in its path`);
  return key;
}

async function read(source: FeedDocument): Promise<z.infer<typeof document>["packages"]> {
  try {
    return document.parse(JSON.parse(await readFile(source.path, "utf8"))).packages;
  } catch (cause) {
    throw new SeaworthyError("feed-invalid", `read feed "${source.name}": not a list of Alpine packages`, {
      cause,
    });
  }
}

function packageRecords(
  ecosystem: string,
  pkg: { readonly name: string; readonly secfixes?: unknown },
  name: string,
): readonly FeedRecord[] {
  const fixes = secfixes.safeParse(pkg.secfixes ?? null);
  if (!fixes.success)
    return [{ kind: "rejected", record: `${name} ${pkg.name}`, reason: "secfixes is not a map of lists" }];
  const flaws = new Map<string, Flaw>();
  const rejected: FeedRecord[] = [];
  for (const [version, lines] of Object.entries(fixes.data))
    for (const line of lines ?? []) {
      const found = flawsOf(line);
      for (const flaw of found) remember(flaws, flaw, version);
      if (found.length === 0)
        rejected.push({
          kind: "rejected",
          record: `${name} ${pkg.name} ${version}`,
          reason: `no id in "${line}"`,
        });
    }
  const told = [...flaws.values()].map((flaw) => advisoryOf(ecosystem, pkg.name, flaw));
  return [...told.map((advisory) => ({ kind: "advisory", advisory }) as const), ...rejected];
}

interface Flaw {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly fixed: string;
}

// One line names one flaw by several ids ("CVE-2018-3620 XSA-273"), or several CVEs that one patch mends; remarks are in words.
function flawsOf(line: string): readonly Omit<Flaw, "fixed">[] {
  const ids = [...new Set(line.split(/[\s,;]+/).flatMap(idOf))];
  const cves = ids.filter((id) => id.startsWith("CVE-"));
  if (cves.length > 1) return cves.map((id) => ({ id, aliases: [] }));
  const id = cves[0] ?? ids[0];
  return id === undefined ? [] : [{ id, aliases: ids.filter((other) => other !== id) }];
}

// As people type them: CVE_2019-2426, CVE-2021-35940.patch.
function idOf(word: string): readonly string[] {
  const cve = /^CVE[-_](\d{4}-\d{4,19})(?!\d)/.exec(word)?.[1];
  if (cve !== undefined) return [`CVE-${cve}`];
  return word.length <= 64 && /^[A-Za-z][\w-]*$/.test(word) && /\d/.test(word) ? [word] : [];
}

// A flaw listed again was not wholly mended before: the later version counts.
function remember(flaws: Map<string, Flaw>, flaw: Omit<Flaw, "fixed">, fixed: string): void {
  const known = flaws.get(flaw.id);
  if (known === undefined || isLater(fixed, known.fixed)) flaws.set(flaw.id, { ...flaw, fixed });
}

function isLater(version: string, than: string): boolean {
  if (than === "0" || version === "0") return than === "0";
  return (schemeFor("alpine")?.compareText(version, than) ?? 0) > 0;
}

function advisoryOf(ecosystem: string, name: string, flaw: Flaw): Advisory {
  return {
    id: flaw.id,
    source: "alpine-secdb",
    aliases: flaw.aliases,
    bundles: [],
    summary: "",
    cvss: [],
    affected: [
      {
        ecosystem,
        name,
        ranges: flaw.fixed === "0" ? [] : [{ introduced: "0", fixed: flaw.fixed }],
        versions: [],
      },
    ],
  };
}
