import { createHash } from "node:crypto";
import type { Package } from "../core/package.ts";
import { formatPurl } from "../core/purl.ts";
import type { Report } from "../core/report.ts";
import { imageName } from "./image-name.ts";
import type { Json } from "./json-value.ts";

// What the SBOM formats share: names that are the same each time, and the image as a package.

/** What an SBOM is written with. */
export interface SbomOptions {
  /** Of Seaworthy. */
  readonly version: string;
}

/** The image as SBOMs name it. */
export interface SbomImage {
  /** Repository of the reference, or what was written where that is none. */
  readonly name: string;
  /** The tag, else the digest, else empty. */
  readonly version: string;
  /** `pkg:oci/…` (https://github.com/package-url/purl-spec/blob/main/types/oci-definition.json); undefined without a digest. */
  readonly purl: string | undefined;
  /** Hexadecimal digits of the manifest's sha256. */
  readonly sha256: string | undefined;
}

/** The image of a report. */
export function sbomImage({ image: { reference, digest, platform } }: Report): SbomImage {
  const name = imageName(reference);
  const sha256 = digest === null ? undefined : /^sha256:([0-9a-f]{64})$/u.exec(digest)?.[1];
  const tag = /(?<!@.*):([\w][\w.-]{0,127})(?:@|$)/u.exec(reference)?.[1];
  const purl = sha256 === undefined ? undefined : imagePurl(name, sha256, platform.architecture, tag);
  return { name, version: tag ?? digest ?? "", purl, sha256 };
}

function imagePurl(name: string, sha256: string, arch: string, tag: string | undefined): string {
  const last = name.slice(name.lastIndexOf("/") + 1).toLowerCase();
  const place = name.includes("/") ? { repository_url: name } : {};
  const qualifiers = { arch, ...place, ...(tag === undefined ? {} : { tag }) };
  return formatPurl({ type: "oci", name: last, version: `sha256:${sha256}`, qualifiers });
}

/** A name for each package, unique in the report and the same each time: its purl, with the layer where two have it. */
export function packageRefs(packages: readonly Package[]): ReadonlyMap<Package, string> {
  const times = new Map<string, number>();
  for (const { purl } of packages) times.set(purl, (times.get(purl) ?? 0) + 1);
  return new Map(
    packages.map((pkg) => [
      pkg,
      (times.get(pkg.purl) ?? 0) > 1 ? `${pkg.purl}#layer-${pkg.layer}` : pkg.purl,
    ]),
  );
}

/** A UUID made from what a document is about, by RFC 9562 version 8: the same report has the same. */
export function reportUuid(report: Report, format: string): string {
  const { image, packages, findings, suppressed, currency } = report;
  const hash = createHash("sha256");
  hash.update(`${format}\n${image.reference}\n${image.digest ?? ""}\n${currency.today}\n`);
  for (const { purl, layer } of packages) hash.update(`${purl}\n${layer}\n`);
  for (const { id, package: purl, layer } of [...findings, ...suppressed])
    hash.update(`${id}\n${purl}\n${layer}\n`);
  const hex = hash.digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The day on which a report was judged, as the time that SBOMs must have: no clock. */
export function reportTime({ currency }: Report): string {
  return `${currency.today}T00:00:00Z`;
}

/** A JSON document: the fields of `head`, then lists that are made as they are written, in parts. */
export function* documentText(
  head: Readonly<Record<string, Json>>,
  lists: Readonly<Record<string, Iterable<Json>>>,
): Generator<string> {
  yield JSON.stringify(head, undefined, 2).slice(0, -"\n}".length);
  for (const [name, items] of Object.entries(lists)) {
    let before = "[\n    ";
    yield `,\n  "${name}": `;
    for (const item of items) {
      yield before + JSON.stringify(item, undefined, 2).replaceAll("\n", "\n    ");
      before = ",\n    ";
    }
    yield before.startsWith(",") ? "\n  ]" : "[]";
  }
  yield "\n}\n";
}
