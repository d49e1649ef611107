import type { Package } from "./package.ts";

/** Names one package of an image: its purl, and the layer that brought it; no two packages of an image have both. */
export function placeOf(purl: string, layer: number): string {
  return `${purl}\n${layer}`;
}

/** Packages by their {@link placeOf}: which one a finding, an upgrade or an undecided match is about. */
export function packagesByPlace(packages: readonly Package[]): ReadonlyMap<string, Package> {
  return new Map(packages.map((pkg) => [placeOf(pkg.purl, pkg.layer), pkg]));
}
