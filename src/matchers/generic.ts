import { decideAffected } from "../core/affected.ts";
import type { Matcher } from "../core/matcher.ts";
import { runtimes } from "../core/runtime.ts";
import { schemes } from "../versions/list.ts";

/** Runtimes and servers that no package manager installed: by the name under which Bitnami's advisories speak of that program. */
export const generic: Matcher = {
  types: ["generic"],
  keys: ({ name, namespace }) => {
    const known = namespace === undefined ? runtimes.find((runtime) => runtime.name === name) : undefined;
    return known?.advisories === undefined ? [] : [{ ecosystem: "generic", name: known.advisories }];
  },
  decide: ({ version }, advisory, affected) =>
    decideAffected({ version, scheme: schemes.pep440 }, advisory, affected),
};
