// By text, not through a purl's parts: what a document writes is kept as it is written, sound or not.

/** A purl with another version; without one where it is empty. */
export function withVersion(purl: string, version: string): string {
  const { head, tail } = split(purl);
  return version === "" ? `${head}${tail}` : `${head}@${encodeURIComponent(version.toWellFormed())}${tail}`;
}

/** A purl that speaks of a range of versions, by the qualifier `vers` (https://github.com/package-url/vers-spec). One with a version keeps that. */
export function withRange(purl: string, range: string): string {
  const { head, version, tail } = split(purl);
  if (version !== "") return purl;
  const [, query = "", subpath = ""] = /^(\?[^#]*)?(#.*)?$/s.exec(tail) ?? [];
  return `${head}${query === "" ? "?" : `${query}&`}vers=${encodeURIComponent(range.toWellFormed())}${subpath}`;
}

function split(purl: string): { readonly head: string; readonly version: string; readonly tail: string } {
  const [, all = purl, tail = ""] = /^([^?#]*)(.*)$/s.exec(purl) ?? [];
  const at = all.lastIndexOf("@");
  // The @ of an npm scope that was not encoded.
  const versioned = at > 0 && all[at - 1] !== "/";
  return versioned
    ? { head: all.slice(0, at), version: all.slice(at + 1), tail }
    : { head: all, version: "", tail };
}
