import type { Scope } from "../../core/policy.ts";
import { registryReference, repositoryOf } from "../../core/reference.ts";
import { compilePattern } from "./pattern.ts";

/** What is known of an image beside what is in it. */
export interface ScopedImage {
  /** All references by which it goes: as written, and others of the same image, such as an archive's tags. */
  readonly references: readonly string[];
  readonly digest: string | null;
  /** Of its config, and of the workloads that use it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the workloads that use it; empty text: of one that tells none. */
  readonly namespaces: readonly string[];
}

/** What keeps an image from being in scope, in words; undefined: nothing, it is. */
export function scopeDifference(scope: Scope | undefined, image: ScopedImage): string | undefined {
  if (scope === undefined) return undefined;
  const { images, repositories, namespaces, labels } = scope;
  const known = namesOf(image);
  return (
    listDifference("image", images, images?.flatMap(canonicalPatterns), known.references) ??
    listDifference(
      "repository",
      repositories,
      repositories?.flatMap(canonicalPatterns),
      known.repositories,
    ) ??
    namespaceDifference(namespaces, image.namespaces) ??
    labelDifference(labels, image.labels)
  );
}

function listDifference(
  what: string,
  written: readonly string[] | undefined,
  patterns: readonly string[] | undefined,
  values: readonly string[],
): string | undefined {
  if (written === undefined || patterns === undefined) return undefined;
  if (patterns.map(compilePattern).some((fits) => values.some(fits))) return undefined;
  return `the ${what} is ${values[0] ?? "not known"}, not ${written.join(" or ")}`;
}

// There is one verdict on an image: what speaks of one namespace would speak of the others that use it, too.
function namespaceDifference(wanted: Scope["namespaces"], own: readonly string[]): string | undefined {
  if (wanted === undefined) return undefined;
  const fit = wanted.map(compilePattern);
  const others = own.filter((namespace) => namespace === "" || !fit.some((fits) => fits(namespace)));
  if (own.length > 0 && others.length === 0) return undefined;
  const also = others.length < own.length ? "also " : "";
  return `the namespace is ${also}${others[0] || "not known"}, not ${wanted.join(" or ")}`;
}

function labelDifference(
  wanted: Scope["labels"],
  labels: Readonly<Record<string, string>>,
): string | undefined {
  for (const [name, pattern] of Object.entries(wanted ?? {})) {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
    if (value === undefined) return `it has no label ${name}`;
    if (!compilePattern(pattern)(value)) return `the label ${name} is ${value}, not ${pattern}`;
  }
  return undefined;
}

function namesOf({ references, digest }: ScopedImage): {
  readonly references: readonly string[];
  readonly repositories: readonly string[];
} {
  // An archive or a directory has no reference; its path can still be named as it is written.
  const read = references.flatMap((text) => registryReference(text) ?? []);
  return {
    references: [
      ...references,
      ...read.map(({ canonical }) => canonical),
      ...(digest === null ? [] : [digest]),
    ],
    repositories: references.flatMap((text) => repositoryOf(text) ?? []),
  };
}

/** A pattern as it is written, and as it is with its registry written whole: Docker Hub has many names. */
function canonicalPatterns(pattern: string): readonly string[] {
  const slash = pattern.indexOf("/");
  const first = slash < 0 ? "" : pattern.slice(0, slash);
  const rest = pattern.slice(slash + 1);
  if (first === "index.docker.io" || first === "registry-1.docker.io" || first === "docker.io")
    return [pattern, `docker.io/${rest.includes("/") || rest.includes("**") ? rest : `library/${rest}`}`];
  if (first === "localhost" || /[.:*]/u.test(first) || pattern.startsWith("**")) return [pattern];
  return [pattern, slash < 0 ? `docker.io/library/${pattern}` : `docker.io/${pattern}`];
}
