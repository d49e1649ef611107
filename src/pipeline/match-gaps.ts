import type { AdvisoryDatabase } from "../core/advisory.ts";
import { distroKey } from "../core/ecosystem.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { Distro, Package } from "../core/package.ts";
import { isOsType } from "../core/package-name.ts";
import type { Gap } from "../core/report.ts";
import { schemeFor } from "../versions/list.ts";
import { skipper } from "./skip.ts";

/** Why advisories cannot tell all of an image: sorted by code, then message. */
export function matchGaps(
  { distro, packages }: Pick<IndexedImage, "distro" | "packages">,
  database: AdvisoryDatabase,
  today: string,
): readonly Gap[] {
  const found = [
    ...(distro === undefined ? [] : osGaps(distro, database, today)),
    ...feedGaps({ distro, packages }, database),
    ...packages.flatMap(versionGap),
    ...databaseGap(database),
  ];
  const texts = new Map(found.map((gap) => [JSON.stringify(gap), gap]));
  return [...texts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gap]) => gap);
}

function osGaps(distro: Distro, database: AdvisoryDatabase, today: string): readonly Gap[] {
  const key = distroKey(distro);
  if (key === undefined)
    return [
      { code: "os-unknown", message: `Seaworthy knows no source of advisories for ${distroName(distro)}` },
    ];
  const missing: Gap = { code: "feed-missing", message: `the database has no advisories for ${key}` };
  return [...(database.covers(key) ? [] : [missing]), ...endOfLife(distro, database, today)];
}

function distroName({ id, version, prettyName }: Distro): string {
  return `"${prettyName !== "" ? prettyName : version === "" ? id : `${id} ${version}`}"`;
}

// A release that the source does not list is no gap: it lists those that have ended for ever, so that one is newer, or rolls.
function endOfLife(distro: Distro, database: AdvisoryDatabase, today: string): readonly Gap[] {
  const lifecycle = database.lifecycle(distro.id, distro.version);
  if (lifecycle === undefined) return knowsLifecycles(database) ? [] : [lifecyclesMissing(distro)];
  const { endOfLife: end, ended, release } = lifecycle;
  const name = `${distro.id} ${release}`;
  if (end !== undefined && end < today)
    return [{ code: "os-end-of-life", message: `${name} reached its end of life on ${end}` }];
  if (end === undefined && ended === true)
    return [{ code: "os-end-of-life", message: `${name} has reached its end of life` }];
  return [];
}

function knowsLifecycles({ info }: AdvisoryDatabase): boolean {
  return (
    info.kind === "landmark" ||
    info.sources.some(({ name, advisories }) => name === "endoflife" && advisories > 0)
  );
}

function lifecyclesMissing(distro: Distro): Gap {
  const message = `the database has no ends of life (feed endoflife): whether ${distroName(distro)} is still supported is not known`;
  return { code: "feed-missing", message };
}

function feedGaps(
  { distro, packages }: Pick<IndexedImage, "distro" | "packages">,
  database: AdvisoryDatabase,
): readonly Gap[] {
  const skip = skipper({ distro, packages }, database);
  const languages = new Set(
    packages
      .filter((pkg) => !isOsType(pkg.type) && (pkg.type !== "generic" || skip(pkg) === undefined))
      .map(({ type }) => type),
  );
  return [...languages]
    .filter((type) => !database.covers(type))
    .map((type) => ({
      code: "feed-missing" as const,
      message: `the database has no advisories for ${type} packages`,
    }));
}

// Whether advisories speak of the package or not: what cannot be compared now cannot be compared with tomorrow's, either.
function versionGap(pkg: Package): readonly Gap[] {
  const { type, name, version, ownedBy, layer, locations, source } = pkg;
  if (ownedBy !== undefined || (type === "golang" && version === "(devel)")) return [];
  const compared = type === "deb" && source !== undefined && source.version !== "" ? source.version : version;
  if (schemeFor(type)?.valid(compared) === true) return [];
  const message = `the version "${compared}" of ${type} package "${name}" does not parse`;
  return [{ code: "version-invalid", message, layer, path: locations[0]?.path }];
}

function databaseGap({ info }: AdvisoryDatabase): readonly Gap[] {
  if (info.kind !== "landmark") return [];
  const message = "only the built-in landmark advisories were used (run seaworthy db update)";
  return [{ code: "landmark-database", message }];
}
