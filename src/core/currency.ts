import type { Lifecycle } from "./advisory.ts";
import type { CheckHit, CheckOptions, CheckText } from "./check.ts";
import { daysBetween } from "./day.ts";

// How up to date an image is, as facts: what was read, and what a published list says of it on one day. `days` count from that
// day to the date, less than 0 once it is past. null: nobody says.

/** Until when a release is mended. */
export interface EndOfLife {
  /** As endoflife.date names it: `12`, `3.11`; null where it does not know the release. */
  readonly release: string | null;
  /** `YYYY-MM-DD`. */
  readonly endOfLife: string | null;
  readonly days: number | null;
  /** Is it over? null: cannot be told. */
  readonly ended: boolean | null;
}

/** The image's operating system. */
export interface OsCurrency extends EndOfLife {
  /** os-release id. */
  readonly id: string;
}

/** A language runtime or server of the image. */
export interface RuntimeCurrency extends EndOfLife {
  /** `node`, by core/runtime.ts. */
  readonly name: string;
  /** The upstream version. */
  readonly version: string;
  /** Whose end of life it is: a distribution mends its own packages as long as itself. */
  readonly supportedBy: "upstream" | "distribution";
  /** The newest version of this release, and the day on which it came out; null for a distribution's. */
  readonly newest: string | null;
  readonly newestSince: string | null;
  /** Is the version less than the newest? null: cannot be told, or a distribution's, which mends the old one. */
  readonly behind: boolean | null;
  /** purls, sorted. */
  readonly packages: readonly string[];
  /** Files that prove it, sorted; the first twenty. */
  readonly paths: readonly string[];
  readonly layer: number;
}

/** An OS package beside what its distribution's index offers now. */
export interface PackageCurrency {
  readonly purl: string;
  readonly layer: number;
  /** The greatest version in the indexes; null: they do not have the package, or no version that can be compared. */
  readonly newest: string | null;
  /** How many different versions in the indexes are greater; 0: it is the newest. */
  readonly versionsBehind: number | null;
  /** Days between the builds of the present version and of the newest; 0 for the newest. */
  readonly daysBehind: number | null;
  /** `YYYY-MM-DD`: the newest was built, or an advisory brought it out. */
  readonly newestSince: string | null;
}

/** The base image's tag, as its registry has it now. */
export interface BaseCurrency {
  /** `docker.io/library/debian:12`. */
  readonly reference: string;
  /** Who named it. */
  readonly namedBy: "option" | "annotation" | "dockerfile" | "label";
  /** Digest of the tag's image for the platform. */
  readonly digest: string;
  /** true: the tag has other layers than this image was built on. null: cannot be told. */
  readonly behind: boolean | null;
  /** Layers of the tag's image, and how many of them, from the lowest on, this image has. */
  readonly layers: number;
  readonly sharedLayers: number;
}

/** All facts on how up to date an image is, on one day. */
export interface Currency {
  /** The day for which they hold, `YYYY-MM-DD`. */
  readonly today: string;
  readonly os: OsCurrency | null;
  /** Sorted by name, version and layer. */
  readonly runtimes: readonly RuntimeCurrency[];
  /** Sorted by purl; null: no index was asked for. */
  readonly packages: readonly PackageCurrency[] | null;
  /** null: was not asked for, or is not known. */
  readonly base: BaseCurrency | null;
  /** When the image was made, as its config says it; null where it says nothing that can be believed. */
  readonly created: string | null;
  readonly ageDays: number | null;
}

/** Judges how up to date an image is. Pure. */
export interface CurrencyCheck {
  readonly text: CheckText;
  judge(currency: Currency, options: CheckOptions): readonly CheckHit[];
}

/** A lifecycle on one day. Its last day is one on which it is still mended. */
export function endOfLife(lifecycle: Lifecycle | undefined, today: string): EndOfLife {
  if (lifecycle === undefined) return { release: null, endOfLife: null, days: null, ended: null };
  const { release, endOfLife: end, ended } = lifecycle;
  if (end === undefined) return { release, endOfLife: null, days: null, ended: ended === true };
  return { release, endOfLife: end, days: daysBetween(today, end), ended: end < today };
}
