/** What Seaworthy uses of a Python distribution's core metadata; absent fields are undefined or empty. */
export interface PythonMetadata {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly licence: string | undefined;
  readonly licenceExpression: string | undefined;
  readonly classifiers: readonly string[];
}

const mostClassifiers = 500;
const longestField = 64 * 2 ** 10;

/**
 * The header fields of METADATA or PKG-INFO, versions 1.0 to 2.4 (https://packaging.python.org/specifications/core-metadata/).
 * It is read as Python's own email.parser does: the first of equal fields counts, names have no case, a line that begins with
 * a blank goes on with the field before, and the first line that is neither field nor continuation ends the header.
 */
export function parsePythonMetadata(text: string): PythonMetadata {
  const fields = new Map<string, string>();
  const classifiers: string[] = [];
  for (const [name, value] of headerFields(text)) {
    if (name === "classifier") {
      if (classifiers.length < mostClassifiers) classifiers.push(value.trim());
    } else if (wanted.has(name) && !fields.has(name)) fields.set(name, value.trim());
  }
  return {
    name: stated(fields.get("name")),
    version: stated(fields.get("version")),
    licence: stated(fields.get("license")),
    licenceExpression: stated(fields.get("license-expression")),
    classifiers,
  };
}

const wanted: ReadonlySet<string> = new Set(["name", "version", "license", "license-expression"]);

function stated(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function* headerFields(text: string): Generator<readonly [name: string, value: string]> {
  let name = "";
  let value: string[] = [];
  let size = 0;
  for (const line of lines(text)) {
    const continued = line.startsWith(" ") || line.startsWith("\t");
    if (continued) {
      if (size < longestField) value.push(line);
      size += line.length;
      continue;
    }
    if (name !== "") yield [name, value.join("\n")];
    const colon = line.indexOf(":");
    name = colon > 0 ? line.slice(0, colon).toLowerCase() : "";
    if (!/^[\x21-\x7e]+$/.test(name)) return;
    value = [line.slice(colon + 1, colon + 1 + longestField)];
    size = line.length;
  }
  if (name !== "") yield [name, value.join("\n")];
}

function* lines(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    yield text[end - 1] === "\r" ? text.slice(start, Math.max(start, end - 1)) : text.slice(start, end);
    start = end + 1;
  }
}
