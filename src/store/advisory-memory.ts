import type {
  Advisory,
  AdvisoryDatabase,
  AdvisoryKey,
  DatabaseInfo,
  Flaw,
  KnownExploited,
  Lifecycle,
} from "../core/advisory.ts";
import { lifecycleReleases } from "./lifecycle-release.ts";

/** What a database in memory is made of. */
export interface AdvisoryContent {
  readonly info: DatabaseInfo;
  readonly advisories: readonly Advisory[];
  readonly knownExploited?: readonly KnownExploited[];
  /** EPSS by CVE. */
  readonly exploitProbabilities?: Readonly<Record<string, number>>;
  /** By os-release id. */
  readonly lifecycles?: readonly { readonly id: string; readonly lifecycle: Lifecycle }[];
}

/** An advisory database over plain objects: the landmarks, and tests. */
export function memoryDatabase(content: AdvisoryContent): AdvisoryDatabase {
  const covered = new Set(content.info.sources.flatMap((source) => source.covers));
  const byKey = indexBy(content.advisories, (advisory) => advisory.affected.map(keyText));
  const byName = indexBy(content.advisories, namesOf);
  const exploited = new Map((content.knownExploited ?? []).map((entry) => [entry.cve, entry]));
  const probabilities = new Map(Object.entries(content.exploitProbabilities ?? {}));
  const lifecycles = new Map(
    (content.lifecycles ?? []).map(({ id, lifecycle }) => [`${id}/${lifecycle.release}`, lifecycle]),
  );
  return {
    info: content.info,
    covers: (ecosystem) => covered.has(ecosystem),
    lookup: (key) => (byKey.get(keyText(key)) ?? []).map((advisory) => narrowed(advisory, key)),
    namesEnding: (ecosystem, ending) =>
      [
        ...new Set(
          content.advisories.flatMap(({ affected }) =>
            affected.flatMap((one) =>
              one.ecosystem === ecosystem && one.name.endsWith(ending) ? [one.name] : [],
            ),
          ),
        ),
      ].sort(),
    byId: (id) => byName.get(id) ?? [],
    flaw: (cve) => flawOf(cve, byName.get(cve) ?? []),
    knownExploited: (cve) => exploited.get(cve),
    exploitProbability: (cve) => probabilities.get(cve),
    lifecycle: (id, version) =>
      lifecycleReleases(id, version)
        .map((release) => lifecycles.get(`${id}/${release}`))
        .find((found) => found !== undefined),
    close: () => undefined,
  };
}

function keyText(key: AdvisoryKey): string {
  return `${key.ecosystem}\n${key.name}`;
}

function namesOf(advisory: Advisory): readonly string[] {
  return [advisory.id, ...advisory.aliases, ...advisory.bundles];
}

function indexBy(
  advisories: readonly Advisory[],
  keysOf: (advisory: Advisory) => readonly string[],
): Map<string, Advisory[]> {
  const index = new Map<string, Advisory[]>();
  for (const advisory of advisories)
    for (const key of new Set(keysOf(advisory))) {
      const found = index.get(key);
      if (found === undefined) index.set(key, [advisory]);
      else found.push(advisory);
    }
  return index;
}

function narrowed(advisory: Advisory, key: AdvisoryKey): Advisory {
  return { ...advisory, affected: advisory.affected.filter((one) => keyText(one) === keyText(key)) };
}

// A bundle rates the worst of its flaws, so it tells nothing of a single one.
function flawOf(cve: string, advisories: readonly Advisory[]): Flaw | undefined {
  const single = advisories.filter((advisory) => !advisory.bundles.includes(cve));
  const [first] = single;
  if (first === undefined) return undefined;
  return {
    id: cve,
    cvss: single.find((advisory) => advisory.cvss.length > 0)?.cvss ?? [],
    severity: single.find((advisory) => advisory.severity !== undefined)?.severity,
    summary: single.find((advisory) => advisory.summary !== "")?.summary ?? "",
  };
}
