import { isDay } from "../../core/day.ts";
import { lastDayBefore } from "./day.ts";
import { expected, fieldsOf, itemsOf, neededText, type Reader, textOf, textsOf } from "./fields.ts";
import {
  addForeign,
  type ForeignExceptions,
  type ForeignReader,
  foreignReader,
  isPackagePattern,
  leaveOut,
  note,
  pathPattern,
} from "./foreign.ts";
import { type Located, readLocated } from "./located.ts";
import { invalidFile } from "./problems.ts";

/**
 * Reads `.trivyignore`: ids, one a line, with `exp:YYYY-MM-DD` (https://trivy.dev/latest/docs/configuration/filtering/).
 * @throws SeaworthyError `exception-invalid`: Trivy passes over a line whose day it cannot read.
 */
export function readTrivyIgnore(text: string, file: string): ForeignExceptions {
  const reader = foreignReader(file);
  const problems: ForeignReader["problems"] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/u, "")
    .split(/\r?\n/u)
    .entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const [id = "", ...more] = trimmed.split(/\s+/u);
    const spot = { line: index + 1, column: line.indexOf(id) + 1 };
    const ends = more.find((word) => word.startsWith("exp:"))?.slice("exp:".length);
    if (ends !== undefined && !isDay(ends)) {
      const place = { file, line: spot.line, column: line.indexOf("exp:") + 1 };
      problems.push({ place, message: `expected a day as exp:YYYY-MM-DD, found ${JSON.stringify(ends)}` });
      continue;
    }
    const hash = more.findIndex((word) => word.startsWith("#"));
    const words = (hash < 0 ? more : more.slice(0, hash)).filter((word) => !word.startsWith("exp:"));
    if (words.length > 0)
      note(reader, spot, `"${words.join(" ")}" after ${id} is not read, by Trivy neither`);
    const reason =
      hash < 0
        ? undefined
        : more
            .slice(hash)
            .join(" ")
            .replace(/^#+\s*/u, "");
    addForeign(reader, spot, { id, reason, expires: ends === undefined ? undefined : lastDayBefore(ends) });
  }
  if (problems.length > 0) throw invalidFile(file, problems);
  return reader;
}

const kinds = ["vulnerabilities", "misconfigurations", "secrets", "licenses"] as const;
const keys = ["id", "paths", "purls", "expired_at", "statement"] as const;

/** Reads `.trivyignore.yaml`. @throws SeaworthyError `exception-invalid`. */
export function readTrivyIgnoreYaml(text: string, file: string): ForeignExceptions {
  const reader = foreignReader(file);
  const fields: Reader = { file, problems: [] };
  const root = readLocated(text, file);
  if (root.kind !== "nothing") fieldsOf(fields, root, "the file", kinds);
  for (const { key, value } of root.kind === "map" ? root.entries : [])
    for (const item of itemsOf(fields, value, `a list of ${key}`)) addItem(reader, fields, key, item);
  if (fields.problems.length > 0) throw invalidFile(file, fields.problems);
  return reader;
}

function addItem(reader: ForeignReader, fields: Reader, kind: string, item: Located): void {
  const map = fieldsOf(fields, item, "an entry", keys);
  if (map === undefined) return;
  const id = neededText(fields, item, map, "id");
  const paths = listOf(fields, map.get("paths"));
  const purls = listOf(fields, map.get("purls"));
  const ends = textOf(fields, map.get("expired_at"));
  const expires = ends === undefined ? undefined : lastDayBefore(ends);
  const at = map.get("expired_at");
  if (at !== undefined && ends !== undefined && expires === undefined)
    expected(fields, at.value, "a day or a moment (RFC 3339) for expired_at");
  const reason = map.has("statement") ? textOf(fields, map.get("statement")) : undefined;
  for (const [index, purl] of purls.entries())
    if (!purl.startsWith("pkg:") || !isPackagePattern(purl))
      expected(fields, map.get("purls")?.value ?? item, `purls (number ${index + 1} is none)`);
  if (id === undefined) return;
  if (kind === "secrets" || kind === "licenses")
    return leaveOut(reader, item, `${id}: Trivy's ids of ${kind} have no counterpart here`);
  const globs = paths.map(pathPattern);
  if (globs.includes(undefined))
    return leaveOut(reader, item, `${id}: a path with ?, [ ], { } or \\ cannot be said with * and **`);
  addForeign(reader, item, {
    id,
    paths: globs.filter((glob) => glob !== undefined),
    // Trivy asks purls of vulnerabilities alone.
    packages: kind === "vulnerabilities" ? purls : [],
    expires,
    reason,
  });
}

function listOf(fields: Reader, entry: Parameters<typeof textsOf>[1]): readonly string[] {
  if (entry === undefined || entry.value.kind === "nothing") return [];
  if (entry.value.kind === "list" && entry.value.items.length === 0) return [];
  return textsOf(fields, entry) ?? [];
}
