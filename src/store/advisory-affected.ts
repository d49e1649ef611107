import type { Affected, AffectedRange, FixIntent } from "../core/advisory.ts";
import { SeaworthyError } from "../core/errors.ts";
import { type Severity, severities } from "../core/severity.ts";
import type { ByteReader, ByteWriter } from "./advisory-bytes.ts";

// One affected entry: a byte of flags, then what they announce.
const shapes = { fixed: 0, open: 1, general: 2 } as const;
const shapeMask = 3;
const flagRated = 4;
const flagModule = 8;
const flagVersions = 16;
/** Another entry of the same advisory and package follows. */
export const flagMore = 32;
/** The advisory is withdrawn (set on its first entry). */
export const flagWithdrawn = 64;

const intents: readonly (FixIntent | undefined)[] = [undefined, "none", "wont-fix", "unknown"];
const ends = { fixed: 0, lastAffected: 1, open: 2 } as const;
const fromZero = 4;
const noVersions: readonly string[] = [];
const openFromZero: readonly AffectedRange[] = [{ introduced: "0" }];

/** What an affected entry says, without its key. */
export type AffectedBody = Omit<Affected, "ecosystem" | "name">;

/** Writes one affected entry, without its key; the first byte is its flags. */
export function writeAffected(out: ByteWriter, affected: AffectedBody): void {
  const shape = shapeOf(affected.ranges);
  out.byte(flagsOf(affected, shape));
  if (isRated(affected)) out.byte(ratingCode(affected));
  if (affected.module !== undefined) out.text(affected.module);
  if (shape === shapes.fixed) out.text(affected.ranges[0]?.fixed ?? "");
  if (shape === shapes.general) writeRanges(out, affected.ranges);
  if (affected.versions.length > 0) writeTexts(out, affected.versions);
}

/** Reads what follows the flags byte. @throws SeaworthyError `database-invalid`. */
export function readAffected(
  input: ByteReader,
  flags: number,
  key: { ecosystem: string; name: string },
): Affected {
  const rating = (flags & flagRated) === 0 ? 0 : input.byte();
  const module = (flags & flagModule) === 0 ? undefined : input.text();
  const ranges = readShape(input, flags & shapeMask);
  const versions = (flags & flagVersions) === 0 ? noVersions : readTexts(input);
  const severity = severities[(rating >> 2) - 1];
  return {
    ecosystem: key.ecosystem,
    name: key.name,
    ranges,
    versions,
    severity,
    intent: intents[rating & 3],
    module,
  };
}

/** Writes a list of strings. */
export function writeTexts(out: ByteWriter, texts: readonly string[]): void {
  out.varint(texts.length);
  for (const text of texts) out.text(text);
}

/** Reads a list of strings. @throws SeaworthyError `database-invalid`. */
export function readTexts(input: ByteReader): readonly string[] {
  return Array.from({ length: input.count() }, () => input.text());
}

/** A severity as 1 to 6; 0 for none. */
export function severityCode(severity: Severity | undefined): number {
  return severity === undefined ? 0 : severities.indexOf(severity) + 1;
}

function shapeOf(ranges: readonly AffectedRange[]): number {
  const [only] = ranges;
  if (only === undefined || ranges.length > 1 || only.introduced !== "0") return shapes.general;
  if (only.lastAffected !== undefined) return shapes.general;
  return only.fixed === undefined ? shapes.open : shapes.fixed;
}

function isRated(affected: AffectedBody): boolean {
  return affected.severity !== undefined || affected.intent !== undefined;
}

function flagsOf(affected: AffectedBody, shape: number): number {
  return (
    shape |
    (isRated(affected) ? flagRated : 0) |
    (affected.module === undefined ? 0 : flagModule) |
    (affected.versions.length === 0 ? 0 : flagVersions)
  );
}

function ratingCode(affected: AffectedBody): number {
  return (severityCode(affected.severity) << 2) | intents.indexOf(affected.intent);
}

function writeRanges(out: ByteWriter, ranges: readonly AffectedRange[]): void {
  out.varint(ranges.length);
  for (const { introduced, fixed, lastAffected } of ranges) {
    const end = fixed !== undefined ? ends.fixed : lastAffected !== undefined ? ends.lastAffected : ends.open;
    out.byte(end | (introduced === "0" ? fromZero : 0));
    if (introduced !== "0") out.text(introduced);
    if (end !== ends.open) out.text(fixed ?? lastAffected ?? "");
  }
}

function readShape(input: ByteReader, shape: number): readonly AffectedRange[] {
  if (shape === shapes.fixed) return [{ introduced: "0", fixed: input.text() }];
  if (shape === shapes.open) return openFromZero;
  return Array.from({ length: input.count() }, () => readRange(input));
}

function readRange(input: ByteReader): AffectedRange {
  const code = input.byte();
  const introduced = (code & fromZero) === 0 ? input.text() : "0";
  switch (code & 3) {
    case ends.fixed:
      return { introduced, fixed: input.text() };
    case ends.lastAffected:
      return { introduced, lastAffected: input.text() };
    case ends.open:
      return { introduced };
    default:
      throw new SeaworthyError("database-invalid", "read advisory database: unknown kind of range");
  }
}
