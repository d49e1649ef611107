import type { CheckFinding } from "../../core/check.ts";
import type { Exception } from "../../core/exception.ts";
import type { Finding } from "../../core/finding.ts";
import type { Package } from "../../core/package.ts";
import { fullName } from "../../core/package-name.ts";
import { packagesByPlace, placeOf } from "../../core/place.ts";
import type { ReportLayer } from "../../core/report.ts";
import { parsePackagePattern } from "./package-pattern.ts";
import { compilePattern } from "./pattern.ts";

/** What an exception may speak of. */
export interface Candidate {
  readonly item:
    | { readonly kind: "finding"; readonly finding: Finding }
    | { readonly kind: "check"; readonly check: CheckFinding };
  /** In lower case: ids differ by more than their case. */
  readonly ids: readonly string[];
  readonly pkg: Package | undefined;
  readonly paths: readonly string[];
  /** There are more paths than are known. */
  readonly cut: boolean;
  readonly layer: ReportLayer | undefined;
}

/** What keeps an exception from speaking of a candidate, in words that follow "if". */
export interface Difference {
  readonly part: "name" | "version" | "qualifier" | "path" | "layer";
  readonly text: string;
}

/** An exception made ready to be asked. */
export interface Selector {
  readonly exception: Exception;
  /** In lower case. */
  readonly id: string;
  /** All that keeps it from a candidate, its id aside; empty where it fits. */
  readonly differences: (candidate: Candidate) => readonly Difference[];
}

/** Reports show so many paths of what a check found. */
const shownPaths = 20;

/** Findings and what checks found as candidates, in their order. */
export function candidatesOf(
  findings: readonly Finding[],
  checks: readonly CheckFinding[],
  packages: readonly Package[],
  layers: readonly ReportLayer[],
): readonly Candidate[] {
  const byPlace = packagesByPlace(packages);
  const byIndex = new Map(layers.map((layer) => [layer.index, layer]));
  return [
    ...findings.map((finding): Candidate => {
      const pkg = byPlace.get(placeOf(finding.package, finding.layer));
      return {
        item: { kind: "finding", finding },
        ids: lower(finding),
        pkg,
        paths: pkg?.locations.map(({ path }) => path) ?? [],
        cut: false,
        layer: byIndex.get(finding.layer),
      };
    }),
    ...checks.map((check): Candidate => {
      const paths = check.paths ?? [];
      return {
        item: { kind: "check", check },
        ids: lower(check),
        pkg: undefined,
        paths,
        cut: paths.length >= shownPaths && (check.entries ?? 0) > paths.length,
        layer: check.layer === undefined ? undefined : byIndex.get(check.layer),
      };
    }),
  ];
}

function lower({
  id,
  aliases,
}: {
  readonly id: string;
  readonly aliases: readonly string[];
}): readonly string[] {
  return [id, ...aliases].map((one) => one.toLowerCase());
}

/** Makes an exception ready. @throws SeaworthyError `purl-invalid` for a package that no reader let pass. */
export function selectorOf(exception: Exception): Selector {
  const parts = [packagePart(exception), pathPart(exception), layerPart(exception)];
  return {
    exception,
    id: exception.id.toLowerCase(),
    differences: (candidate) => parts.flatMap((part) => part(candidate)),
  };
}

/** Does the id speak of it? */
export function idFits({ id }: Selector, { ids, item }: Candidate): boolean {
  return id === "*" ? item.kind === "finding" : ids.includes(id);
}

/** A candidate in words: `libssl3 3.0.11-1`, or a check's id. */
export function candidateName({ item, pkg }: Candidate): string {
  if (item.kind === "check") return item.check.id;
  return pkg === undefined ? item.finding.package : `${fullName(pkg)} ${pkg.version}`;
}

/** Whether two findings are of one thing that is built as one: OS packages go by their source. */
export function packageKey({ item, pkg }: Candidate): string {
  if (item.kind === "check") return item.check.id;
  return pkg === undefined ? item.finding.package : `${pkg.type} ${pkg.source?.name ?? fullName(pkg)}`;
}

type Part = (candidate: Candidate) => readonly Difference[];

function packagePart({ package: text }: Exception): Part {
  if (text === undefined) return () => [];
  const pattern = parsePackagePattern(text);
  return ({ pkg, item }) => {
    if (pkg !== undefined) return pattern.differences(pkg);
    const state =
      item.kind === "check"
        ? "what a check finds is of no package"
        : `the package is ${item.finding.package}`;
    return [{ part: "name", text: `it named no package (${state})` }];
  };
}

function pathPart({ path }: Exception): Part {
  if (path === undefined) return () => [];
  const fits = compilePattern(path);
  // One path that does not fit would be hidden by those that do.
  return ({ paths, cut }) => {
    if (paths.length === 0) return [{ part: "path", text: "it named no path (there is none)" }];
    const other = paths.find((one) => !fits(one));
    if (other === undefined)
      return cut
        ? [{ part: "path", text: `it named no path (only the first ${paths.length} are known)` }]
        : [];
    const also = paths.some(fits)
      ? `the path spoke of ${other}, too, not of ${path} alone`
      : `the path were ${other}, not ${path}`;
    return [{ part: "path", text: also }];
  };
}

function layerPart({ layer: wanted }: Exception): Part {
  if (wanted === undefined) return () => [];
  return ({ layer }) => {
    if (layer === undefined) return [{ part: "layer", text: `it named no layer (${wanted})` }];
    if (layerFits(wanted, layer)) return [];
    const side = sideOf(layer);
    const own =
      wanted === "base" || wanted === "application"
        ? (side ?? "known to be of the base or not")
        : layer.digest || layer.diffId;
    return [{ part: "layer", text: `the layer were ${own}, not ${wanted}` }];
  };
}

function layerFits(wanted: string, layer: ReportLayer): boolean {
  if (wanted === "base" || wanted === "application") return sideOf(layer) === wanted;
  return layer.digest.startsWith(wanted) || layer.diffId.startsWith(wanted);
}

function sideOf({ fromBase }: ReportLayer): "base" | "application" | undefined {
  if (fromBase === null) return undefined;
  return fromBase ? "base" : "application";
}
