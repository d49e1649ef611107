import { inflateSync } from "node:zlib";
import { SeaworthyError } from "../core/errors.ts";
import { findSection, type ProgramImage } from "./program-image.ts";
import { utf8 } from "./random-access.ts";
import { list, optionalText, parseJson, record, text } from "./shape.ts";

// https://github.com/rust-secure-code/cargo-auditable/blob/master/cargo-auditable/src/… and PARSING.md, auditable-serde's JSON schema.

/** A crate that cargo-auditable recorded. */
export interface AuditedCrate {
  readonly name: string;
  readonly version: string;
  /** `crates.io`, `git`, `local`, `registry`, or what a later version writes. */
  readonly source: string;
  /** Only used while building (build scripts, procedural macros): not in the program. */
  readonly buildOnly: boolean;
}

const longestPacked = 8 * 2 ** 20;
/** The limit that PARSING.md asks for. */
const longestText = 8 * 2 ** 20;
const mostCrates = 100_000;

/**
 * The crates of a Rust program built with cargo-auditable: section `.dep-v0`, JSON compressed with zlib. Undefined when there is no such section.
 * @throws SeaworthyError `malformed` or `limit-exceeded` when it is there and cannot be read.
 */
export function readRustAudit(image: ProgramImage): readonly AuditedCrate[] | undefined {
  const section = findSection(image, ".dep-v0");
  if (section === undefined) return undefined;
  if (section.size > longestPacked) throw tooLong(section.size);
  const packed = image.access.read(section.offset, section.size);
  const audit = record(parseJson(utf8(inflated(packed)), what), what);
  const crates = list(audit["packages"], `${what}.packages`);
  if (crates.length > mostCrates)
    throw new SeaworthyError("limit-exceeded", `read ${what}: ${crates.length} packages`);
  return crates.map(crateOf);
}

const what = "cargo-auditable data";

function inflated(packed: Uint8Array): Uint8Array {
  try {
    return inflateSync(packed, { maxOutputLength: longestText });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLong(longestText);
    throw new SeaworthyError("malformed", `read ${what}: not inflatable`, { cause });
  }
}

function tooLong(size: number): SeaworthyError {
  return new SeaworthyError("limit-exceeded", `read ${what}: more than ${Math.min(size, longestText)} bytes`);
}

function crateOf(value: unknown, index: number): AuditedCrate {
  const where = `${what}.packages[${index}]`;
  const crate = record(value, where);
  return {
    name: text(crate["name"], `${where}.name`),
    version: text(crate["version"], `${where}.version`),
    source: text(crate["source"], `${where}.source`),
    buildOnly: optionalText(crate["kind"], `${where}.kind`) === "build",
  };
}
