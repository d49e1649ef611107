import type { Advisory, Affected, Flaw } from "../core/advisory.ts";
import type { Severity } from "../core/severity.ts";
import type { AdvisoryDetail } from "./advisory-detail.ts";
import { type CodedId, joinId } from "./advisory-ids.ts";
import { advisoryPage } from "./advisory-url.ts";

/** Reads what an advisory keeps apart. */
export interface DetailReader {
  of(number: number): AdvisoryDetail;
  flaw(cve: string): Flaw | undefined;
}

/**
 * An advisory of a database file. A look-up answers hundreds of which few match: words, vectors and aliases are read from
 * the file only when asked for. The getters are of the class, so spread does not copy them: use `toJSON()` for a plain copy.
 */
export class StoredAdvisory implements Advisory {
  readonly number: number;
  readonly affected: readonly Affected[];
  readonly #id: CodedId;
  readonly #withdrawn: boolean;
  readonly #reader: DetailReader;
  #detail: AdvisoryDetail | undefined;

  constructor(
    number: number,
    id: CodedId,
    withdrawn: boolean,
    affected: readonly Affected[],
    reader: DetailReader,
  ) {
    this.number = number;
    this.affected = affected;
    this.#id = id;
    this.#withdrawn = withdrawn;
    this.#reader = reader;
  }

  get id(): string {
    return joinId(this.#id);
  }

  get source(): string {
    return this.#id.prefix[0];
  }

  get url(): string {
    return this.#more().url || advisoryPage(this.source, this.id);
  }

  get withdrawn(): string | undefined {
    return this.#withdrawn ? (this.#more().withdrawn ?? "") : undefined;
  }

  get severity(): Severity | undefined {
    return this.#more().severity;
  }

  get aliases(): readonly string[] {
    return this.#more().aliases;
  }

  get bundles(): readonly string[] {
    return this.#more().bundles;
  }

  get published(): string | undefined {
    return this.#more().published;
  }

  get modified(): string | undefined {
    return this.#more().modified;
  }

  /** The flaw's where the publisher says nothing. */
  get summary(): string {
    return this.#more().summary || (this.#flaw()?.summary ?? "");
  }

  /** The flaw's where the publisher has none. */
  get cvss(): readonly string[] {
    const own = this.#more().cvss;
    return own.length > 0 ? own : (this.#flaw()?.cvss ?? []);
  }

  /** All of it as a plain object. */
  toJSON(): Advisory {
    const { id, source, aliases, bundles, summary, severity, cvss } = this;
    const { published, modified, withdrawn, url, affected } = this;
    return {
      id,
      source,
      aliases,
      bundles,
      summary,
      severity,
      cvss,
      published,
      modified,
      withdrawn,
      url,
      affected,
    };
  }

  #more(): AdvisoryDetail {
    return (this.#detail ??= this.#reader.of(this.number));
  }

  #flaw(): Flaw | undefined {
    const [only, ...more] = [this.id, ...this.aliases].filter((id) => id.startsWith("CVE-"));
    return only === undefined || more.length > 0 ? undefined : this.#reader.flaw(only);
  }
}
