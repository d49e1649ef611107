/** The floors of src/, lowest first: a folder imports from lower floors only (docs/decisions/floors.md). */
export const floors: readonly (readonly string[])[] = [
  ["core"],
  ["formats", "versions", "planners", "reports", "web", "net", "store"],
  [
    "extractors",
    "checks",
    "closure",
    "matchers",
    "feeds",
    "policy",
    "trust",
    "images",
    "manifests",
    "cluster",
    "forge",
    "notify",
  ],
  ["pipeline"],
  ["server"],
  ["cli"],
];

/** The only imports allowed within one floor: from the key's folder to the value's. */
export const sideways: Readonly<Record<string, readonly string[]>> = {
  store: ["formats"],
  net: ["formats"],
  versions: ["formats"],
  reports: ["formats"],
};

/** Folders whose files (or sub-folders) are plugins: only the family's `list.ts` may name more than one of them. */
export const families: readonly string[] = ["extractors", "checks", "matchers", "feeds", "versions"];

/** Names that say nothing of what is inside. */
export const emptyNames =
  /^(?:utils?|helpers?|common|shared|misc|lib|types|constants|interfaces|index)(?:\.test)?(?:\.ts)?$/u;

/** Lines of a file that is no test and no table of data. */
export const longestFile = 400;
