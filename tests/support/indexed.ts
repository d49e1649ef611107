import type { Currency } from "../../src/core/currency.ts";
import type { IndexedImage } from "../../src/core/indexed.ts";
import { noSights } from "../../src/core/sights.ts";
import { emptyConfig } from "../../src/images/config.ts";

/** An image of which nothing was found, but for what a test says of it. */
export function indexedImage(facts: Partial<IndexedImage> = {}): IndexedImage {
  const platform = { os: "linux", architecture: "amd64" };
  return {
    reference: "test",
    digest: undefined,
    format: "oci",
    platform,
    config: emptyConfig(platform),
    annotations: {},
    distro: undefined,
    layers: [],
    packages: [],
    hiddenPackages: [],
    runs: [],
    gaps: [],
    unownedExecutables: [],
    notes: [],
    files: 0,
    bytes: 0,
    sights: noSights,
    ...facts,
  };
}

/** An image of which nobody can tell how up to date it is. */
export const noCurrency: Currency = {
  today: "2026-01-01",
  os: null,
  runtimes: [],
  packages: null,
  base: null,
  created: null,
  ageDays: null,
};
