import { decideAffected } from "../core/affected.ts";
import type { Matcher } from "../core/matcher.ts";
import { advisoryName, fullName } from "../core/package-name.ts";
import { schemes } from "../versions/list.ts";

/** Rust: the crate's name. */
export const cargo: Matcher = {
  types: ["cargo"],
  keys: (pkg) => [{ ecosystem: "cargo", name: advisoryName("cargo", fullName(pkg)) }],
  decide: ({ version }, advisory, affected) =>
    decideAffected({ version, scheme: schemes.cargo }, advisory, affected),
};
