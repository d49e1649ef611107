import { SeaworthyError } from "../core/errors.ts";

/** What a store of rpm headers gives: a header's bytes, or why a part of the store could not be read. */
export type StoredHeader =
  | { readonly kind: "header"; readonly bytes: Uint8Array }
  | { readonly kind: "damaged"; readonly error: SeaworthyError };

/** Most bytes of one header: ten times that of a package with 60,000 files. */
export const maxHeader = 64 * 2 ** 20;

/** A part of a store that could not be read. */
export function damagedStore(store: string, state: string): StoredHeader {
  return { kind: "damaged", error: malformedStore(store, state) };
}

/** The error for a store, `read rpm database (sqlite): …`. */
export function malformedStore(store: string, state: string): SeaworthyError {
  return new SeaworthyError("malformed", `read rpm database (${store}): ${state}`);
}
