import { messageOf, SeaworthyError } from "../../core/errors.ts";
import { jsonFault } from "../../formats/json-place.ts";
import { isRecord } from "../../formats/shape.ts";
import { readCsaf } from "./csaf.ts";
import { readCyclonedx } from "./cyclonedx.ts";
import { readCyclonedxXml } from "./cyclonedx-xml.ts";
import { readOpenvex } from "./openvex.ts";
import { bySchema, invalidVex, type VexReader, type VexReading, vexError } from "./reader.ts";
import { attestationSchema, envelopeSchema } from "./schemas.ts";

const largest = 128 * 2 ** 20;
const mostStatements = 1_000_000;

/**
 * Reads a VEX document: OpenVEX 0.0.1 to 0.2.0, CSAF 2.0 and 2.1, CycloneDX 1.4 and later, also as XML; each of JSON also as an in-toto statement
 * and in a DSSE envelope, whose signature is not looked at here. `source` is the file, URL or attestation that it is from.
 * @throws SeaworthyError `vex-invalid` with line, column and what was expected; `limit-exceeded`.
 */
export function readVex(text: string, source: string): VexReading {
  if (text.length > largest) throw tooMuch(source, `it has more than ${largest} characters`);
  const reading = /^\uFEFF?\s*</.test(text) ? xmlDocument(text, source) : jsonDocument(text, source);
  const count = reading.statements.length;
  if (count > mostStatements) throw tooMuch(source, `it has more than ${mostStatements} statements`);
  return reading;
}

/** A document's JSON. @throws SeaworthyError `vex-invalid` with line and column. */
export function parsedJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (thrown) {
    const place = jsonFault(text.replace(/^\uFEFF/, "")) ?? { line: 1, column: 1 };
    throw vexError(source, place, `expected JSON: ${messageOf(thrown)}`);
  }
}

function jsonDocument(text: string, source: string): VexReading {
  return documentOf({ source, text, root: [], value: parsedJson(text, source), subjects: [] }, 0);
}

function xmlDocument(text: string, source: string): VexReading {
  const { value, place } = readCyclonedxXml(text.replace(/^\uFEFF/, ""), source);
  return readCyclonedx({ source, text, root: [], value, place, subjects: [] });
}

const deepestWrapping = 3;

function documentOf(reader: VexReader, depth: number): VexReading {
  const { value } = reader;
  if (!isRecord(value)) throw invalidVex(reader, [], known);
  if (depth < deepestWrapping) {
    if (typeof value["payloadType"] === "string") return envelope(reader, depth);
    if (typeof value["predicateType"] === "string") return attestation(reader, depth);
  }
  const { "@context": context, document, bomFormat } = value;
  if ([context].flat().some((name) => typeof name === "string" && /^https:\/\/openvex\.dev\/ns\b/.test(name)))
    return readOpenvex(reader);
  if (isRecord(document) && "csaf_version" in document) return readCsaf(reader);
  if (bomFormat === "CycloneDX") return readCyclonedx(reader);
  throw invalidVex(reader, [], known);
}

const known =
  'OpenVEX ("@context": "https://openvex.dev/ns/…"), CSAF ("document" with "csaf_version") or CycloneDX ("bomFormat": "CycloneDX")';

function envelope(reader: VexReader, depth: number): VexReading {
  const { payloadType, payload } = bySchema(envelopeSchema, reader);
  if (!/^application\/(?:vnd\.in-toto\+)?json$/.test(payloadType))
    throw invalidVex(reader, ["payloadType"], "application/vnd.in-toto+json");
  const text = Buffer.from(payload, "base64").toString("utf8");
  const source = `${reader.source} (payload)`;
  const inner = documentOf(
    { source, text, root: [], value: parsedJson(text, source), subjects: [] },
    depth + 1,
  );
  const statements = inner.statements.map((statement) => ({
    ...statement,
    document: { ...statement.document, source: reader.source },
  }));
  return { statements, notes: [...inner.notes, `the signature of ${reader.source} was not checked`] };
}

function attestation(reader: VexReader, depth: number): VexReading {
  const { subject } = bySchema(attestationSchema, reader);
  const subjects = (subject ?? []).flatMap(({ name, uri, digest }) => [
    ...[name, uri].flatMap((text) => text ?? []),
    ...Object.entries(digest ?? {}).map(([algorithm, hex]) => `${algorithm}:${hex}`),
  ]);
  const root = [...reader.root, "predicate"];
  const { predicate } = isRecord(reader.value) ? reader.value : {};
  return documentOf({ ...reader, root, value: predicate, subjects }, depth + 1);
}

function tooMuch(source: string, state: string): SeaworthyError {
  return new SeaworthyError("limit-exceeded", `read VEX "${source}": ${state}`);
}
