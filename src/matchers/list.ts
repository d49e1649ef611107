import type { Matcher } from "../core/matcher.ts";
import type { PackageType } from "../core/package.ts";
import { apk } from "./apk.ts";
import { cargo } from "./cargo.ts";
import { deb } from "./deb.ts";
import { generic } from "./generic.ts";
import { golang } from "./golang.ts";
import { maven } from "./maven.ts";
import { npm } from "./npm.ts";
import { pypi } from "./pypi.ts";
import { rpm } from "./rpm.ts";

/** The matcher of each package type. A new ecosystem adds its line here. */
export const matchers: Readonly<Record<PackageType, Matcher>> = {
  apk,
  cargo,
  deb,
  generic,
  golang,
  maven,
  npm,
  pypi,
  rpm,
};
