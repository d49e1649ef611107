import { type YamlText, type YamlValue, yamlAt } from "../formats/yaml.ts";
import type { Document } from "./found.ts";

/** The values of a chart after all that is laid over them, and where each text of them stands. */
export interface Values {
  readonly value: YamlValue | undefined;
  placeOf(text: YamlText): Pick<Document, "file" | "index">;
}

/**
 * Lays documents over one another as helm does: maps are merged, all else takes the place of what was there, and null takes it away
 * (https://helm.sh/docs/chart_template_guide/values_files/).
 */
export function mergedValues(documents: readonly Document[]): Values {
  const places = new Map<YamlText, Document>();
  for (const document of documents) for (const text of textsOf(document.value)) places.set(text, document);
  const [first, ...rest] = documents;
  const value = rest.reduce((below, { value: above }) => merged(below, above), first?.value);
  return { value, placeOf: (text) => places.get(text) ?? { file: "", index: 0 } };
}

/** The part of a chart's values that is for one of its charts, what is for all included. */
export function valuesFor(document: Document, chart: string): readonly Document[] {
  const own = yamlAt(document.value, chart);
  const global = yamlAt(document.value, "global");
  if (document.value.kind !== "map") return [];
  const entries = new Map(own?.kind === "map" ? own.entries : []);
  if (global !== undefined) entries.set("global", global);
  return entries.size === 0 ? [] : [{ ...document, value: { ...document.value, entries } }];
}

function merged(below: YamlValue | undefined, above: YamlValue): YamlValue {
  if (below?.kind !== "map" || above.kind !== "map") return above;
  const entries = new Map(below.entries);
  for (const [key, value] of above.entries) {
    if (value.kind === "null") entries.delete(key);
    else entries.set(key, merged(entries.get(key), value));
  }
  return { ...below, entries };
}

function* textsOf(value: YamlValue): Generator<YamlText> {
  if (value.kind === "text") yield value;
  else if (value.kind === "list") for (const item of value.items) yield* textsOf(item);
  else if (value.kind === "map") for (const part of value.entries.values()) yield* textsOf(part);
}
