import { SeaworthyError } from "../../core/errors.ts";
import type { Finding } from "../../core/finding.ts";
import { fitImage } from "./image-fit.ts";
import { fitPackage } from "./package-fit.ts";
import type { Scene } from "./product-fit.ts";
import { parsedJson } from "./read.ts";
import { bySchema, invalidVex, type VexReader } from "./reader.ts";
import { repositoryIndexSchema } from "./schemas.ts";

/** A line of a VEX repository's index.json. */
export interface RepositoryEntry {
  /** purl of a package, or of an image. */
  readonly id: string;
  /** Path of its document, relative to the index. */
  readonly location: string;
}

const mostEntries = 1_000_000;

/**
 * Reads index.json of a VEX repository (https://github.com/aquasecurity/vex-repo-spec). `source` is what errors call it.
 * @throws SeaworthyError `vex-invalid`: by the schema, or a location outside of the repository; `limit-exceeded`.
 */
export function readRepositoryIndex(text: string, source: string): readonly RepositoryEntry[] {
  const reader: VexReader = { source, text, root: [], value: parsedJson(text, source), subjects: [] };
  const { packages } = bySchema(repositoryIndexSchema, reader);
  if (packages.length > mostEntries)
    throw new SeaworthyError(
      "limit-exceeded",
      `read VEX "${source}": it lists more than ${mostEntries} packages`,
    );
  for (const [index, { location }] of packages.entries())
    if (!isInside(location))
      throw invalidVex(reader, ["packages", index, "location"], "a path below the repository");
  return packages;
}

function isInside(location: string): boolean {
  const steps = location.split("/");
  return location !== "" && !/^[/\\]|^[A-Za-z]:|[\\\p{Cc}]/u.test(location) && !steps.includes("..");
}

/**
 * The entries whose documents may say something of the findings: on the image, on a package that has one, or on one that may hold others.
 * A Go module is what others are parts of only where a program was made of it; of the hundreds in a program the rest is left out.
 */
export function entriesOf(
  entries: readonly RepositoryEntry[],
  scene: Scene,
  findings: readonly Finding[],
): readonly RepositoryEntry[] {
  const affected = new Set(findings.map(({ package: purl }) => purl));
  return entries.filter(({ id }) => {
    const name = scene.name(id);
    if (name.kind === "image") return fitImage(name, scene.image).kind === "fits";
    if (name.kind !== "package") return false;
    return scene
      .byName(name.purl.type, name.purl.name)
      .filter(({ pkg }) => pkg.type !== "golang" || pkg.main === true || affected.has(pkg.purl))
      .some((known) => fitPackage(name.purl, known).kind === "fits");
  });
}
