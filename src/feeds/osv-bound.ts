import type { TextScheme } from "../core/version.ts";

/**
 * A bound as its ecosystem would write it, where the publisher did not: `10.3` (npm) is 10.3.0, `2.6.0-NA` and `2.6.0-cu124`
 * (PyPI) are 2.6.0 and its local build. Otherwise every version of such a package would stay undecided for ever.
 * The text as it is where it parses, or no reading of it does.
 */
export function readBound(text: string, kind: string, scheme: TextScheme | undefined): string {
  if (scheme === undefined || text === "0" || text === "*" || scheme.valid(text)) return text;
  return readings(text, kind, scheme.id).find((reading) => scheme.valid(reading)) ?? text;
}

function readings(text: string, kind: string, scheme: string): readonly string[] {
  switch (scheme) {
    case "semver":
    case "cargo":
      // npm reads `<=1.3` as all of 1.3, which no single version says.
      return kind === "last_affected" ? [] : [`${text}.0`, `${text}.0.0`];
    case "go":
      return [
        text.replace(/^(\d+\.\d+\.\d+)\.([a-z])/, "$1-$2"),
        text.replace(/^(\d+\.\d+\.\d+)\.(\d+)$/, "$1+$2"),
      ];
    case "pep440":
      return [
        text.replaceAll("\\", ""),
        text.replace(/[-.](?:na|stable)$/i, ""),
        text.replace(/^(\d{4})-(\d\d)-(\d\d)/, "$1.$2.$3"),
        text.replace(/^(\d+(?:\.\d+)*)[-_.]?([a-z\d])/i, "$1+$2"),
      ];
    default:
      return [];
  }
}
