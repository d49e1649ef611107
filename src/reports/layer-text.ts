import type { ReportLayer } from "../core/report.ts";
import { clean } from "./terminal.ts";

/** A history entry as the Dockerfile line that it was, without the builders' own marks. */
export function instruction(createdBy: string): string {
  const text = createdBy
    .replace(/\s+/g, " ")
    .trim()
    .replace(/ ?# buildkit$/, "");
  const bare = text
    .replace(/^(RUN )?\|\d+ (?:[^\s=]+=\S* )*/, "$1")
    .replace(/^(?:RUN )?\/bin\/(?:ba)?sh -c /, "RUN ");
  const unmarked = bare.replace(/^(?:RUN )?#\(nop\) /, "").trim();
  return clean(unmarked) || "(no history)";
}

/** Where a layer is from: `Dockerfile:7 · base`; empty when nothing is known. */
export function origin({ fromBase, dockerfile }: ReportLayer): string {
  const side = fromBase === null ? [] : [fromBase ? "base" : "application"];
  const line = dockerfile === undefined ? [] : [clean(`${dockerfile.file}:${dockerfile.line}`)];
  return [...line, ...side].join(" · ");
}

/** A layer in one line, as long as it is. */
export function layerText(layer: ReportLayer): string {
  const tail = origin(layer);
  return `${layer.index}  ${instruction(layer.createdBy)}${tail === "" ? "" : `  (${tail})`}`;
}
