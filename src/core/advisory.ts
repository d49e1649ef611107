import type { Severity } from "./severity.ts";

/**
 * Where advisories of a package are looked up. `ecosystem` is a key by `core/ecosystem.ts`: a purl type for languages
 * (`npm`, `pypi`, `maven`, `golang`, `cargo`), `<os-release id>:<release>` for distributions (`debian:12`, `alpine:3.18`).
 * `name` is normalised for the ecosystem (PEP 503 for PyPI, `group:artifact` for Maven, module path for Go,
 * source package name for deb and apk, binary package name for rpm).
 */
export interface AdvisoryKey {
  readonly ecosystem: string;
  readonly name: string;
}

/** Versions v with introduced <= v < fixed, or introduced <= v <= lastAffected. `introduced` "0" is before every version. */
export interface AffectedRange {
  readonly introduced: string;
  readonly fixed?: string | undefined;
  readonly lastAffected?: string | undefined;
}

/** What the publisher says about mending, where no range tells a fixed version: an end of a range is a bound then, and no fix. */
export type FixIntent = "none" | "wont-fix" | "unknown";

/** What an advisory says of one package of one ecosystem. */
export interface Affected extends AdvisoryKey {
  readonly ranges: readonly AffectedRange[];
  /** Versions affected beside the ranges, each exact. */
  readonly versions: readonly string[];
  /** The vendor's severity for this package and release. Wins over the advisory's. */
  readonly severity?: Severity | undefined;
  readonly intent?: FixIntent | undefined;
  /** rpm module stream this speaks of, e.g. `nodejs:18`. */
  readonly module?: string | undefined;
}

/** One published advisory, narrowed to the `affected` entries that were asked for. */
export interface Advisory {
  readonly id: string;
  /** Which feed it is from: `osv`, `debian-tracker`, `alpine-secdb`, `landmark`. */
  readonly source: string;
  /** Other ids of the same flaw (CVE, GHSA …). */
  readonly aliases: readonly string[];
  /** For a bundle (DSA, RHSA, ALSA …): the flaws that it mends, each a finding of its own. */
  readonly bundles: readonly string[];
  readonly summary: string;
  /** The publisher's own rating. */
  readonly severity?: Severity | undefined;
  /** CVSS vectors as published, any version. */
  readonly cvss: readonly string[];
  readonly published?: string | undefined;
  readonly modified?: string | undefined;
  readonly withdrawn?: string | undefined;
  /** The advisory's own page. */
  readonly url?: string | undefined;
  readonly affected: readonly Affected[];
}

/** What is known of a flaw by its CVE id, whichever package it is in: rates findings whose own advisory does not. */
export interface Flaw {
  readonly id: string;
  readonly summary: string;
  readonly severity?: Severity | undefined;
  /** CVSS vectors, any version. */
  readonly cvss: readonly string[];
}

/** One entry of CISA's Known Exploited Vulnerabilities catalogue. */
export interface KnownExploited {
  readonly cve: string;
  readonly added: string;
  readonly due?: string | undefined;
}

/** How probable it is that a flaw is exploited in the next 30 days (https://www.first.org/epss/). */
export interface ExploitProbability {
  readonly cve: string;
  /** 0 to 1. */
  readonly probability: number;
  /** The day for which it was reckoned, `YYYY-MM-DD`; empty where the source tells none. */
  readonly day: string;
}

/** End of life of one release of a distribution or a runtime, by endoflife.date. Dates are `YYYY-MM-DD`. */
export interface Lifecycle {
  readonly product: string;
  readonly release: string;
  /** End of free, public security support; undefined when the source says none is planned or known. */
  readonly endOfLife?: string | undefined;
  /** True when the source says only that it is over, without a date. */
  readonly ended?: boolean | undefined;
  /** The newest version of this release and, where known, the day on which it came out. */
  readonly latest?: { readonly version: string; readonly date?: string | undefined } | undefined;
}

/** One source inside a database. `covers` lists the ecosystem keys for which it holds advisories. */
export interface DatabaseSource {
  readonly name: string;
  readonly url: string;
  /** Newest `modified` in the content, ISO 8601; empty when the content has none. */
  readonly newest: string;
  readonly fetched: string;
  readonly advisories: number;
  readonly covers: readonly string[];
  /** Records that could not be read. */
  readonly rejected?: number | undefined;
  /** The first of them, each with its reason. */
  readonly rejectedRecords?: readonly string[] | undefined;
  /** Documents (`HOST/PATH`) that this source should have had and that could not be fetched. */
  readonly missing?: readonly string[] | undefined;
}

/** What a database is. `kind: landmark` is the embedded set: a verdict from it is at best `unknown`. */
export interface DatabaseInfo {
  readonly kind: "full" | "landmark";
  readonly schema: number;
  readonly built: string;
  /** sha256 over the content, stable for the same content. */
  readonly digest: string;
  readonly sources: readonly DatabaseSource[];
}

/** Read access to advisories; every method is synchronous and pure over one opened database. */
export interface AdvisoryDatabase {
  readonly info: DatabaseInfo;
  /** Is there a source for this ecosystem key at all? False makes a verdict `unknown`, never a quiet zero. */
  covers(ecosystem: string): boolean;
  /** Advisories whose `affected` names this key, narrowed to it; withdrawn ones included, for `why-not`. */
  lookup(key: AdvisoryKey): readonly Advisory[];
  /** Names under this ecosystem key that end so, sorted: which groups a Maven artifact is known under. */
  namesEnding?(ecosystem: string, ending: string): readonly string[];
  /** Advisories with this id or alias, and bundles that mend it, whole. */
  byId(id: string): readonly Advisory[];
  /** What all sources together know of one CVE, for a flaw of a bundle, or an advisory without a rating. */
  flaw(cve: string): Flaw | undefined;
  knownExploited(cve: string): KnownExploited | undefined;
  /** EPSS of a CVE, 0 to 1; undefined where nobody rated it. */
  exploitProbability(cve: string): number | undefined;
  /** Lifecycle of a distribution's release, by os-release id and version; of a runtime's, by `runtimeKey` and version. */
  lifecycle(id: string, version: string): Lifecycle | undefined;
  close(): void;
}
