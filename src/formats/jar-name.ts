/** What a jar's file name says: `netty-all-4.1.0.Final-linux-x86_64.jar`. */
export interface JarName {
  readonly artifact: string;
  readonly version: string;
}

const longestStem = 300;

/**
 * Artifact and version of a jar's name without its extension, `ARTIFACT-VERSION[-CLASSIFIER]`; undefined when no part of it looks like a version.
 * Parts stand between dashes. The version begins with the last part that is a number, or earlier where only
 * numbers and words of versions (`2.0-beta-3`) stand between: `log4j-1.2-api-2.17.1` is `log4j-1.2-api`.
 */
export function parseJarName(stem: string): JarName | undefined {
  if (stem.length > longestStem) return undefined;
  const parts = stem.split("-");
  const last = parts.findLastIndex((part, index) => index > 0 && numbered.test(part));
  if (last < 1) return undefined;
  let first = last;
  for (let at = last - 1; at > 0 && (dotted.test(parts[at] ?? "") || isWord(parts[at])); at -= 1)
    if (dotted.test(parts[at] ?? "")) first = at;
  let end = last + 1;
  while (end < parts.length && isWord(parts[end])) end += 1;
  const version = parts.slice(first, end).join("-");
  return { artifact: parts.slice(0, first).join("-"), version: version.replace(/^v(?=\d)/, "") };
}

// `1`, `1.2.3`, `1.2.3.Final`, `2.0rc1`, `20040616`, `v2.1`; no `9f8e7d` and no `2fa`.
const numbered = /^v?\d{1,20}(?:(?:a|b|rc|cr|m|sp|alpha|beta|ga|u|p)\d{0,9})?(?:[._+]\w{1,64}){0,20}$/i;
// What may stand left of a last number as a part of the same version: `1.5.2-1`, but not `google-cloud-v1-2.0`.
const dotted = /^\d{1,20}\.\w{1,64}(?:[._+]\w{1,64}){0,20}$/;
const word =
  /^(?:alpha|beta|milestone|rc|cr|m|sp|ga|final|release|snapshot|pre|preview|ea|dev|incubating|jre\d{0,2}|android|redhat|fuse|hadoop\d|b|build|patch|fix|hotfix|p)\d{0,9}(?:\.\w{1,64}){0,8}$/i;

function isWord(part: string | undefined): boolean {
  return part !== undefined && word.test(part);
}
