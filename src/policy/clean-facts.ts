import type { DatabaseSource } from "../core/advisory.ts";
import type { Facts } from "../core/report.ts";

function feed(name: string): DatabaseSource {
  return { name, url: "", newest: "", fetched: "", advisories: 1, covers: [] };
}

/** An image of two layers, the base's and the application's, in which nothing was found. */
export const cleanFacts: Facts = {
  image: {
    reference: "example.org/app:1",
    digest: null,
    platform: { os: "linux", architecture: "amd64" },
    os: null,
    labels: {},
    layers: [true, false].map((fromBase, index) => ({
      index,
      digest: "",
      diffId: "",
      createdBy: "",
      fromBase,
    })),
  },
  packages: [],
  hiddenPackages: [],
  findings: [],
  suppressed: [],
  upgrades: [],
  undecided: [],
  checks: [],
  suppressedChecks: [],
  exceptions: [],
  vex: [],
  baseline: null,
  trust: null,
  currency: {
    today: "2026-01-01",
    os: null,
    runtimes: [],
    packages: null,
    base: null,
    created: null,
    ageDays: null,
  },
  coverage: {
    plugins: [],
    files: 0,
    bytes: 0,
    gaps: [],
    skipped: [],
    unownedExecutables: [],
    notes: [],
    database: { kind: "full", schema: 0, built: "", digest: "", sources: [feed("epss"), feed("kev")] },
  },
};
