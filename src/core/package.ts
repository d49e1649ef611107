/** purl types that extractors produce. A new ecosystem adds its type here. */
export type PackageType = "deb" | "apk" | "rpm" | "npm" | "pypi" | "maven" | "golang" | "cargo" | "generic";

/** A package as an extractor reads it in one file of one layer, before the image around it is known. */
export interface FoundPackage {
  readonly type: PackageType;
  /** purl namespace where the file itself tells it (npm scope with `@`, Maven group, Go path); never set for OS packages. */
  readonly namespace?: string | undefined;
  readonly name: string;
  /** As the ecosystem writes it; OS packages as `[epoch:]version[-release]`, without epoch 0. Never empty: a package without a version is a problem. */
  readonly version: string;
  readonly arch?: string | undefined;
  /** Source package, when it differs from or is stated beside the binary package. Same version grammar. */
  readonly source?: { readonly name: string; readonly version: string } | undefined;
  /** rpm modularity label, e.g. `nodejs:18:8080020230901`. */
  readonly module?: string | undefined;
  /** It is what the file was made of (the main module of a Go program); the other packages in the file are parts of it. */
  readonly main?: true | undefined;
  /** SPDX expressions or free text, as the package states them. */
  readonly licences: readonly string[];
  /** Who built it, as an OS package database says (rpm Vendor, deb Maintainer/Origin). Tells third-party packages. */
  readonly vendor?: string | undefined;
  /** `YYYY-MM-DD` of its build, where its database says it (apk). */
  readonly built?: string | undefined;
  /** Path inside the file for a nested find: `BOOT-INF/lib/a.jar!/META-INF/maven/…`. */
  readonly innerPath?: string | undefined;
  /** More purl qualifiers, e.g. `{ classifier: "linux-x86_64" }`. */
  readonly qualifiers?: Readonly<Record<string, string>> | undefined;
}

/** Files that a found package says are its own: exact paths, or all below a directory (ending in `/`). Paths without leading slash. */
export interface Ownership {
  /** Name of the owner for people, e.g. `deb python3-requests` or `npm left-pad@1.0.0`. */
  readonly owner: string;
  readonly os: boolean;
  readonly paths: readonly string[];
}

/** The operating system of an image, from os-release(5). */
export interface Distro {
  /** `ID`, lower case: `debian`, `alpine`, `rhel`, `sles`, `opensuse-leap` … */
  readonly id: string;
  /** `VERSION_ID` as written; empty for rolling and unstable releases. */
  readonly version: string;
  readonly idLike: readonly string[];
  readonly codename?: string | undefined;
  readonly prettyName: string;
}

/** A file that proves a package, and the layer whose bytes it has. `path` has no leading slash; a nested find is `a.war!/WEB-INF/lib/b.jar`. */
export interface PackageLocation {
  readonly path: string;
  readonly layer: number;
}

/** A package of an image. */
export interface Package extends FoundPackage {
  /** Canonical package URL (https://github.com/package-url/purl-spec), with `arch`, `distro`, `epoch`, `upstream` qualifiers for OS packages. */
  readonly purl: string;
  readonly distro?: Distro | undefined;
  /** Index of the layer that brought the present version. */
  readonly layer: number;
  readonly locations: readonly PackageLocation[];
  /** The installed OS packages that own the proving files, e.g. `deb python3-requests` or `deb a, deb b`: their advisories may decide. */
  readonly ownedBy?: string | undefined;
}

/** A package that a lower layer holds and a higher one removed or replaced: shipped, not visible. */
export interface HiddenPackage extends Package {
  readonly removedIn: number;
}
