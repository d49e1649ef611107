import type { AdvisoryDatabase } from "../core/advisory.ts";
import { type BaseCurrency, type Currency, endOfLife, type OsCurrency } from "../core/currency.ts";
import { daysBetween } from "../core/day.ts";
import type { IndexedImage } from "../core/indexed.ts";
import type { PackageIndex } from "../core/package-repository.ts";
import type { Gap } from "../core/report.ts";
import { packageCurrency } from "./currency-packages.ts";
import { runtimeCurrency } from "./currency-runtimes.ts";

/** What was asked of others than the image and the database, and what of it got no answer. */
export interface CurrencyAnswers {
  /** null: none was asked for. */
  readonly indexes: readonly PackageIndex[] | null;
  readonly base: BaseCurrency | null;
  readonly gaps: readonly Gap[];
  readonly notes: readonly string[];
}

/** Facts on how up to date an image is on the day `today`. Pure. */
export function currencyOf(
  image: IndexedImage,
  database: AdvisoryDatabase,
  today: string,
  answers?: CurrencyAnswers,
): Currency {
  const os = osCurrency(image, database, today);
  return {
    today,
    os,
    runtimes: runtimeCurrency(image.packages, os, database, today),
    packages: answers?.indexes ? packageCurrency(image.packages, answers.indexes, database) : null,
    base: answers?.base ?? null,
    ...ageOf(image.config.created, today),
  };
}

function osCurrency(
  { distro }: Pick<IndexedImage, "distro">,
  database: AdvisoryDatabase,
  today: string,
): OsCurrency | null {
  if (distro === undefined) return null;
  return { id: distro.id, ...endOfLife(database.lifecycle(distro.id, distro.version), today) };
}

// Builds that can be repeated set a time of their own: 1970, or 1980 (the first that a zip can hold). Nothing was built before Docker was.
const firstImages = "2013-03-20";

function ageOf(created: string | undefined, today: string): Pick<Currency, "created" | "ageDays"> {
  const time = created === undefined ? Number.NaN : Date.parse(created);
  if (Number.isNaN(time)) return { created: null, ageDays: null };
  const day = new Date(time).toISOString().slice(0, 10);
  const known = day >= firstImages && day <= today;
  return known ? { created: day, ageDays: daysBetween(day, today) } : { created: null, ageDays: null };
}
