import { messageOf } from "../core/errors.ts";
import type { YamlValue } from "./yaml.ts";

const deepest = 200;

/**
 * A large JSON document as a YAML value, without places: kubectl's list of a cluster's pods has hundreds of MiB in YAML's own tree.
 * What the API server writes for itself, and nothing is sought in, is left out. Undefined where it is no JSON.
 */
export function readJsonValue(text: string): YamlValue | { readonly problem: string } | undefined {
  if (!/^\s*[{[]/.test(text.slice(0, 1000))) return undefined;
  try {
    return valueOf(JSON.parse(text), 0);
  } catch (thrown) {
    // The parser quotes the text, which is nobody's who reads a report.
    return { problem: messageOf(thrown).replace(/, ".*$|: ["'].*$/su, "") };
  }
}

const place = { line: 1, column: 1 };
const leftOut: ReadonlySet<string> = new Set(["status", "managedFields"]);

function valueOf(json: unknown, depth: number): YamlValue {
  if (depth > deepest) throw new RangeError(`it has more than ${deepest} levels`);
  if (Array.isArray(json))
    return { kind: "list", items: json.map((item) => valueOf(item, depth + 1)), ...place };
  if (typeof json === "object" && json !== null) {
    const kept = Object.entries(json).filter(([key]) => !leftOut.has(key));
    return {
      kind: "map",
      entries: new Map(kept.map(([key, part]) => [key, valueOf(part, depth + 1)])),
      ...place,
    };
  }
  return json === null
    ? { kind: "null", ...place }
    : { kind: "text", text: String(json), block: false, ...place };
}
