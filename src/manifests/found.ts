import { messageOf } from "../core/errors.ts";
import type { ImageUse, SetGap, SetGapCode } from "../core/image-set.ts";
import { type DocumentFilter, readYaml, type YamlText, type YamlValue } from "../formats/yaml.ts";

/** The files of a deployment, read when they are asked for. Paths have forward slashes. */
export interface ManifestTree {
  /** Files that the command line leads to, sorted. */
  readonly paths: readonly string[];
  /** What is at a path, be it among `paths` or beside them (a kustomization's base). */
  kind(path: string): "file" | "directory" | undefined;
  /** @throws SeaworthyError where the file cannot be read, is no text or is too large. */
  read(path: string): string;
}

/** A use of an image while overlays may still change it. */
export interface Found extends ImageUse {
  /** What will be pulled, so far. */
  readonly image: string;
  /** Where it is in its object, `/spec/containers/0/image`, for JSON patches. */
  readonly pointer: string;
  /** The list or field that holds the container (`initContainers`), for strategic patches; empty for what is no container. */
  readonly field: string;
}

/** What one source of images gave. */
export interface Finds {
  readonly uses: readonly Found[];
  readonly gaps: readonly SetGap[];
  readonly notes: readonly string[];
}

/** Nothing found, nothing amiss. */
export const nothing: Finds = { uses: [], gaps: [], notes: [] };

/** All of several finds. */
export function together(finds: Iterable<Finds>): Finds {
  const all = [...finds];
  return {
    uses: all.flatMap(({ uses }) => uses),
    gaps: all.flatMap(({ gaps }) => gaps),
    notes: all.flatMap(({ notes }) => notes),
  };
}

/** A gap alone. */
export function gapOf(code: SetGapCode, message: string, file: string, line: number | null = null): Finds {
  return { ...nothing, gaps: [{ code, message, file, line }] };
}

/** A document of a file. */
export interface Document {
  readonly file: string;
  readonly index: number;
  readonly value: YamlValue;
  /** Are the lines of its values true? */
  readonly placed: boolean;
}

/** Documents of a file, and what could not be read of it. */
export interface Documents {
  readonly documents: readonly Document[];
  readonly gaps: readonly SetGap[];
}

/**
 * The documents of a file that may say something of images. A broken one is a gap where it looks like a manifest, and passed over
 * where it does not: a tree has YAML of many kinds.
 */
export function documentsOf(
  tree: ManifestTree,
  file: string,
  wanted: DocumentFilter,
  matters: DocumentFilter = looksLikeManifest,
): Documents {
  try {
    return parsed(file, tree.read(file), wanted, matters);
  } catch (thrown) {
    return {
      documents: [],
      gaps: [{ code: "manifest-unreadable", message: messageOf(thrown), file, line: null }],
    };
  }
}

/** As {@link documentsOf}, of a text at hand. @throws SeaworthyError `limit-exceeded`. */
export function parsed(
  file: string,
  text: string,
  wanted: DocumentFilter,
  matters: DocumentFilter = looksLikeManifest,
): Documents {
  const documents: Document[] = [];
  const gaps: SetGap[] = [];
  for (const [index, one] of readYaml(text, wanted).entries()) {
    if (one === undefined) continue;
    if ("value" in one) documents.push({ file, index, value: one.value, placed: one.placed });
    else if (matters(one.text)) {
      const template = one.text.includes("{{") ? "a template that nothing here renders, or broken" : "broken";
      const message = `YAML is ${template}: ${one.problem}`;
      gaps.push({ code: "manifest-unreadable", message, file, line: one.line });
    }
  }
  return { documents, gaps };
}

/** Has the text, parsed or not, the head of a Kubernetes object? Escapes in a JSON key may spell anything. */
export function looksLikeManifest(text: string): boolean {
  if (/\\[ux][0-9a-f]{2}[^"\n]{0,40}"[ \t]{0,8}:/iu.test(text)) return true;
  return hasKey(text, "apiVersion") && hasKey(text, "kind");
}

// The value of an object's head is a word; of a schema's, which describes objects, it is a mapping.
function hasKey(text: string, key: string): boolean {
  const value = "(?:[\"']?[A-Za-z&!*]|\\{\\{)";
  return new RegExp(`(?:^|[{,\\s])["']?${key}["']?[ \\t]{0,80}:[ \\t]{0,80}${value}`, "mu").test(text);
}

/** An image reference as written that only a template, a shell or a build could complete. */
export function isUnresolved(image: string): boolean {
  return /\{\{|\$\(|\$\{|\$[A-Za-z_]/u.test(image);
}

/** Where a text stands in the document that it is itself a document of: below a block scalar's header its lines begin. */
export function lineWithin(outer: YamlText, line: number): number {
  return outer.line + (outer.block ? line : line - 1);
}
