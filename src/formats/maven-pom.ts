import { createRequire } from "node:module";
import type * as Saxes from "saxes";
import { SeaworthyError } from "../core/errors.ts";

/** What a jar's pom.properties or pom.xml tells of the project; absent fields are undefined. */
export interface MavenProject {
  readonly group: string | undefined;
  readonly artifact: string | undefined;
  readonly version: string | undefined;
  readonly licences: readonly string[];
}

const mostLines = 1000;
const deepestElement = 100;
const longestField = 1000;
const mostProperties = 2000;

/** Reads pom.properties, which Maven writes with three keys (java.util.Properties; its escapes beyond `\:` and `\=` are left). */
export function parsePomProperties(text: string): MavenProject {
  const values = new Map<string, string>();
  for (const line of text.split(/\r\n|\r|\n/, mostLines)) {
    const [, key, value] = /^\s{0,64}([A-Za-z]{1,64})\s{0,64}[=:]\s{0,64}(\S.{0,999})$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, value.replace(/\\([:=\\ ])/g, "$1").trim());
  }
  return {
    group: values.get("groupId"),
    artifact: values.get("artifactId"),
    version: values.get("version"),
    licences: [],
  };
}

/**
 * Reads pom.xml: group and version come from the parent where the project has none, `${…}` from the file's own properties
 * (https://maven.apache.org/pom.html). A field that then still holds `${` is undefined.
 * @throws SeaworthyError `malformed` when it is no well-formed XML.
 */
export function parsePomXml(text: string): MavenProject {
  const { fields, properties, licences } = readFields(text);
  const raw = (name: string): string | undefined => fields.get(`project/${name}`);
  const group = raw("groupId") ?? raw("parent/groupId");
  const version = raw("version") ?? raw("parent/version");
  const known = new Map([...properties, ...projectProperties(group, raw("artifactId"), version)]);
  return {
    group: resolved(group, known),
    artifact: resolved(raw("artifactId"), known),
    version: resolved(version, known),
    licences,
  };
}

interface Fields {
  readonly fields: ReadonlyMap<string, string>;
  readonly properties: ReadonlyMap<string, string>;
  readonly licences: readonly string[];
}

// Loading the library takes 5 ms, and a scan of what is in the cache reads no pom.
let saxes: typeof Saxes | undefined;

function readFields(text: string): Fields {
  const fields = new Map<string, string>();
  const properties = new Map<string, string>();
  const licences: string[] = [];
  const path: string[] = [];
  let content = "";
  // oxlint-disable-next-line typescript/consistent-type-assertions -- require() answers any; this is the package's own type
  saxes ??= createRequire(import.meta.url)("saxes") as typeof Saxes;
  const parser = new saxes.SaxesParser({ xmlns: false });
  parser.on("error", (cause) => {
    throw new SeaworthyError("malformed", "read pom.xml: not well-formed XML", { cause });
  });
  parser.on("opentag", ({ name }) => {
    if (path.length >= deepestElement)
      throw new SeaworthyError("limit-exceeded", `read pom.xml: elements ${deepestElement} deep`);
    path.push(name);
    content = "";
  });
  const add = (part: string): void => {
    if (content.length <= longestField) content += part.slice(0, longestField + 1);
  };
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", ({ name }) => {
    const where = path.join("/");
    const value = content.trim();
    path.pop();
    content = "";
    if (value === "") return;
    if (wanted.has(where) && !fields.has(where)) fields.set(where, value);
    else if (where === "project/licenses/license/name" && licences.length < 100) licences.push(value);
    else if (path.length === 2 && path[1] === "properties" && properties.size < mostProperties)
      properties.set(name, value);
  });
  parser.write(text).close();
  return { fields, properties, licences };
}

const wanted: ReadonlySet<string> = new Set([
  "project/groupId",
  "project/artifactId",
  "project/version",
  "project/parent/groupId",
  "project/parent/version",
]);

function projectProperties(
  group: string | undefined,
  artifact: string | undefined,
  version: string | undefined,
): readonly (readonly [string, string])[] {
  const named = { groupId: group, artifactId: artifact, version };
  return Object.entries(named).flatMap(([name, value]) =>
    value === undefined || value.includes("${")
      ? []
      : [[`project.${name}`, value] as const, [`pom.${name}`, value] as const],
  );
}

// A property may name others; three turns are more than any pom needs, and end a ring.
function resolved(value: string | undefined, properties: ReadonlyMap<string, string>): string | undefined {
  let text = value;
  for (let turn = 0; turn < 3 && text?.includes("${") === true && text.length <= longestField; turn += 1)
    text = text.replace(/\$\{([^${}]{1,200})\}/g, (whole, name: string) => properties.get(name) ?? whole);
  return text === undefined || text.includes("${") || text.length > longestField ? undefined : text;
}
