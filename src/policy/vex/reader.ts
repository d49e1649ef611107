import type { z } from "zod";
import { SeaworthyError } from "../../core/errors.ts";
import type { VexStatement } from "../../core/vex.ts";
import { type JsonPath, jsonPlace, type TextPlace } from "../../formats/json-place.ts";

/** What a VEX document says. */
export interface VexReading {
  /** In the document's order. */
  readonly statements: readonly VexStatement[];
  /** In words what of it says nothing, or was not checked. */
  readonly notes: readonly string[];
}

/** A document that is being read. */
export interface VexReader {
  /** As errors call it. */
  readonly source: string;
  /** The JSON text, for the lines of errors. */
  readonly text: string;
  /** Where in the text the document begins: `predicate` of an attestation. */
  readonly root: JsonPath;
  /** The parsed document. */
  readonly value: unknown;
  /** Where a path of the document stands, where its text is no JSON. */
  readonly place?: ((path: JsonPath) => TextPlace) | undefined;
  /** Names and digests of what an attestation is of; empty for a plain document. */
  readonly subjects: readonly string[];
}

/** The document by its schema. @throws SeaworthyError `vex-invalid` that tells the first place where it is not. */
export function bySchema<T>(schema: z.ZodType<T>, reader: VexReader): T {
  const read = safely(schema, reader);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const { path, expected } = issue === undefined ? { path: [], expected: "another document" } : told(issue);
  throw invalidVex(reader, path, expected);
}

// A schema calls itself for what nests: too deep a document ends the stack.
function safely<T>(schema: z.ZodType<T>, { value, source }: VexReader): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new SeaworthyError("limit-exceeded", `read VEX "${source}": it nests too deep`, { cause: thrown });
  }
}

/** Says what was expected at a place of a document. */
export function invalidVex(reader: VexReader, path: JsonPath, expected: string): SeaworthyError {
  const { source, text, root, value, place } = reader;
  return vexError(
    source,
    place === undefined ? jsonPlace(text, [...root, ...path]) : place(path),
    `${pathText(path)}expected ${expected}, found ${foundText(valueAt(value, path))}`,
  );
}

/** Says what is wrong at a place of a file. */
export function vexError(source: string, { line, column }: TextPlace, state: string): SeaworthyError {
  return new SeaworthyError("vex-invalid", `read VEX "${source}": line ${line}, column ${column}: ${state}`, {
    hint: "mend the file, or leave it out: what it says would be lost",
  });
}

type Issue = z.core.$ZodIssue;

function told(issue: Issue): { readonly path: JsonPath; readonly expected: string } {
  switch (issue.code) {
    case "invalid_union": {
      // Of the forms that a value may have the one is meant that fits it deepest.
      const inner = issue.errors
        .flatMap((issues) => issues.slice(0, 1).map(told))
        .toSorted((a, b) => b.path.length - a.path.length);
      const [deepest] = inner;
      const all = [
        ...new Set(
          inner.filter(({ path }) => path.length === deepest?.path.length).map(({ expected }) => expected),
        ),
      ];
      return { path: [...issue.path, ...(deepest?.path ?? [])], expected: all.join(" or ") };
    }
    case "invalid_type":
      return { path: issue.path, expected: typeNames[issue.expected] ?? issue.expected };
    case "invalid_value":
      return {
        path: issue.path,
        expected: `one of ${issue.values
          .map(String)
          .filter((value) => value !== "")
          .join(", ")}`,
      };
    default:
      return { path: issue.path, expected: issue.message };
  }
}

const typeNames: Readonly<Record<string, string>> = {
  array: "a list",
  object: "an object",
  record: "an object",
  string: "a text",
  number: "a number",
};

function valueAt(value: unknown, path: JsonPath): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Object.entries(found).find(([key]) => key === String(step))?.[1];
  }
  return found;
}

function pathText(path: JsonPath): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return text === "" ? "" : `${text.replace(/^\./, "")}: `;
}

function foundText(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
