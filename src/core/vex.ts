/** `under_investigation` and `affected` suppress nothing. */
export const vexStatuses = ["not_affected", "affected", "fixed", "under_investigation"] as const;

/** A status as OpenVEX, CSAF and CISA's minimum requirements write it. */
export type VexStatus = (typeof vexStatuses)[number];

/** The document that a statement is of. */
export interface VexDocument {
  /** File, URL or attestation from which it was read. */
  readonly source: string;
  readonly format: "openvex" | "csaf" | "cyclonedx";
  /** As it names itself. */
  readonly id: string;
  readonly author: string;
  /** ISO 8601, as written; empty where it tells none. */
  readonly timestamp: string;
  /** The VEX repository that it is from, whose statements are on many products; undefined: it was named itself. */
  readonly repository?: string | undefined;
}

/** A product that a statement speaks of. */
export interface VexProduct {
  /** purls, digests and other names of the one product, as written. */
  readonly ids: readonly string[];
  /** Names of its parts that the statement is narrowed to; empty: the whole product. */
  readonly subcomponents: readonly string[];
}

/** What a supplier says of one flaw in its products (https://github.com/openvex/spec). */
export interface VexStatement {
  readonly document: VexDocument;
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly products: readonly VexProduct[];
  readonly status: VexStatus;
  /** As the format writes it; null where none is given. */
  readonly justification: string | null;
  /** The impact or action statement, in words; empty where none is given. */
  readonly statement: string;
  /** ISO 8601; the document's where it has none of its own. */
  readonly timestamp: string;
}

/** What became of a VEX statement in one image. */
export interface VexState {
  /** With those products and parts only that the state is about: a document may name thousands. */
  readonly statement: VexStatement;
  /** `near`: the flaw is found here, and the product does not fit by a version, a qualifier, a registry's name or the like. */
  readonly state: "matched" | "unmatched" | "near";
  /** How many findings it suppresses. */
  readonly suppressed: number;
  /** In words: for `near` what keeps it from matching, for `unmatched` why it does not, for `matched` what else is to be known; may be empty. */
  readonly message: string;
}
