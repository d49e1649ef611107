import { type Severity, severities } from "../core/severity.ts";
import { readTexts, severityCode, writeTexts } from "./advisory-affected.ts";
import type { ByteReader, ByteWriter } from "./advisory-bytes.ts";
import { type CodedId, type IdPrefix, type IdWriter, joinId, readId } from "./advisory-ids.ts";

/** What is read of an advisory only when it matches. `packages` are row numbers. */
export interface AdvisoryDetail {
  readonly id: CodedId;
  readonly severity: Severity | undefined;
  readonly cvss: readonly string[];
  readonly aliases: readonly string[];
  readonly bundles: readonly string[];
  readonly published: string | undefined;
  readonly modified: string | undefined;
  readonly withdrawn: string | undefined;
  /** Empty: the flaw's. */
  readonly summary: string;
  /** Empty: by rule. */
  readonly url: string;
  readonly packages: readonly number[];
}

/** What rates a flaw whose own advisory does not. */
export interface FlawDetail {
  readonly severity: Severity | undefined;
  readonly cvss: readonly string[];
  readonly summary: string;
}

/** Writes an advisory's details. `packages` ascend. */
export function writeDetail(
  out: ByteWriter,
  ids: IdWriter,
  source: string,
  detail: Omit<AdvisoryDetail, "id"> & { id: string },
): void {
  ids.write(out, source, detail.id);
  out.varint(severityCode(detail.severity));
  writeTexts(out, detail.cvss);
  writeIds(out, ids, detail.aliases);
  writeIds(out, ids, detail.bundles);
  for (const date of [detail.published, detail.modified, detail.withdrawn]) out.varint(dateCode(date));
  out.text(detail.summary);
  out.text(detail.url);
  writeAscending(out, detail.packages);
}

/** @throws SeaworthyError `database-invalid`. */
export function readDetail(input: ByteReader, prefixes: readonly IdPrefix[]): AdvisoryDetail {
  return {
    id: readId(input, prefixes),
    severity: severities[input.varint() - 1],
    cvss: readTexts(input),
    aliases: readIds(input, prefixes),
    bundles: readIds(input, prefixes),
    published: dateOf(input.varint()),
    modified: dateOf(input.varint()),
    withdrawn: dateOf(input.varint()),
    summary: input.text(),
    url: input.text(),
    packages: readAscending(input),
  };
}

/** Writes what is known of a flaw. */
export function writeFlaw(out: ByteWriter, flaw: FlawDetail): void {
  out.varint(severityCode(flaw.severity));
  writeTexts(out, flaw.cvss);
  out.text(flaw.summary);
}

/** @throws SeaworthyError `database-invalid`. */
export function readFlaw(input: ByteReader): FlawDetail {
  return { severity: severities[input.varint() - 1], cvss: readTexts(input), summary: input.text() };
}

/** Writes ascending whole numbers as differences. */
export function writeAscending(out: ByteWriter, numbers: readonly number[]): void {
  out.varint(numbers.length);
  let last = 0;
  for (const number of numbers) {
    out.varint(number - last);
    last = number;
  }
}

/** @throws SeaworthyError `database-invalid`. */
export function readAscending(input: ByteReader): readonly number[] {
  let last = 0;
  return Array.from({ length: input.count() }, () => {
    last += input.varint();
    return last;
  });
}

function writeIds(out: ByteWriter, ids: IdWriter, list: readonly string[]): void {
  out.varint(list.length);
  for (const id of list) ids.write(out, "", id);
}

function readIds(input: ByteReader, prefixes: readonly IdPrefix[]): readonly string[] {
  return Array.from({ length: input.count() }, () => joinId(readId(input, prefixes)));
}

// Whole seconds, one more than since 1970; 0 is no date. Earlier dates are placeholders (Go's 0001-01-01).
function dateCode(date: string | undefined): number {
  const seconds = date === undefined ? Number.NaN : Math.floor(Date.parse(date) / 1000);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds + 1 : 0;
}

function dateOf(code: number): string | undefined {
  return code === 0 ? undefined : new Date((code - 1) * 1000).toISOString().replace(".000Z", "Z");
}
