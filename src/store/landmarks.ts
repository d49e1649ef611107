import type {
  Advisory,
  AdvisoryDatabase,
  AffectedRange,
  DatabaseInfo,
  KnownExploited,
} from "../core/advisory.ts";
import { type Severity, severityWord } from "../core/severity.ts";
import { sha256Digest } from "../formats/digest.ts";
import { memoryDatabase } from "./advisory-memory.ts";
import { schemaVersion } from "./advisory-schema.ts";
import rows from "./landmarks.json" with { type: "json" };

/** One fact of landmarks.json: one flaw in one package of one ecosystem. */
export interface Landmark {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly ecosystem: string;
  readonly package: string;
  readonly ranges: readonly AffectedRange[];
  readonly severity: string;
  readonly cvss?: string;
  /** Day on which CISA listed it as exploited. */
  readonly kev?: string;
  readonly summary: string;
  readonly reference: string;
}

/** Day on which the facts were last checked. */
const checked = "2026-11-24T00:00:00Z";

/** The facts as they stand in the tree. */
export const landmarks: readonly Landmark[] = rows;

/**
 * The embedded advisories, for a machine without a database and without a network: a few hundred of the best-known severe
 * flaws, written by this project. A verdict from them is at best `unknown`.
 */
export function landmarkDatabase(): AdvisoryDatabase {
  const byId = Map.groupBy(landmarks, (landmark) => landmark.id);
  return memoryDatabase({
    info: landmarkInfo(),
    advisories: [...byId.values()].flatMap((group) => advisoryOf(group)),
    knownExploited: [...byId].flatMap(([id, group]) => exploitedEntry(id, group)),
  });
}

function landmarkInfo(): DatabaseInfo {
  const covers = [...new Set(landmarks.map((landmark) => landmark.ecosystem))].sort();
  return {
    kind: "landmark",
    schema: schemaVersion,
    built: checked,
    digest: sha256Digest(JSON.stringify(rows)),
    sources: [
      { name: "landmark", url: "", newest: checked, fetched: checked, advisories: landmarks.length, covers },
    ],
  };
}

function advisoryOf(group: readonly Landmark[]): readonly Advisory[] {
  const [first] = group;
  if (first === undefined) return [];
  return [
    {
      id: first.id,
      source: "landmark",
      aliases: [...new Set(group.flatMap((landmark) => landmark.aliases))].sort(),
      bundles: [],
      summary: first.summary,
      severity: severityOf(first),
      cvss: first.cvss === undefined ? [] : [first.cvss],
      url: first.reference,
      affected: group.map((landmark) => ({
        ecosystem: landmark.ecosystem,
        name: landmark.package,
        ranges: landmark.ranges,
        versions: [],
        severity: severityOf(landmark),
      })),
    },
  ];
}

function severityOf(landmark: Landmark): Severity | undefined {
  return severityWord(landmark.severity);
}

function exploitedEntry(id: string, group: readonly Landmark[]): readonly KnownExploited[] {
  const added = group.find((landmark) => landmark.kev !== undefined)?.kev;
  const cve = [id, ...group.flatMap((landmark) => landmark.aliases)].find((name) => name.startsWith("CVE-"));
  return added === undefined || cve === undefined ? [] : [{ cve, added }];
}
