import type { FoundPackage } from "./package.ts";

/**
 * A package's name as its own ecosystem writes it whole: `@scope/name` (npm), `group:artifact` (Maven), module path (Go),
 * else the plain name.
 */
export function fullName({
  type,
  namespace,
  name,
}: Pick<FoundPackage, "type" | "namespace" | "name">): string {
  if (namespace === undefined || namespace === "") return name;
  switch (type) {
    case "maven":
      return `${namespace}:${name}`;
    case "npm":
    case "golang":
      return `${namespace}/${name}`;
    case "deb":
    case "apk":
    case "rpm":
    case "pypi":
    case "cargo":
    case "generic":
      return name;
  }
}

/** Do advisories of a distribution, rather than of a language, decide on packages of this type? */
export function isOsType(type: FoundPackage["type"]): boolean {
  return type === "deb" || type === "apk" || type === "rpm";
}

/**
 * A language package's name as advisory keys spell it: by PEP 503 for PyPI; in lower case, as purls write them, for npm and Go
 * (a published advisory may spell `github.com/Azure/…` either way). Other names stay as they are.
 */
export function advisoryName(ecosystem: string, name: string): string {
  switch (ecosystem) {
    case "pypi":
      // https://packaging.python.org/en/latest/specifications/name-normalization/
      return name.toLowerCase().replace(/[-_.]+/g, "-");
    case "npm":
    case "golang":
      return name.toLowerCase();
    default:
      return name;
  }
}
