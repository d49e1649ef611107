/** Longest path of an entry, as Linux's PATH_MAX. */
export const maxPathLength = 4096;

/**
 * Path of an entry without leading slash, `./`, doubled and trailing slashes; `""` is the root. Undefined when it holds `..`:
 * no tool that makes layers writes one, and readers differ over where it leads.
 */
export function normalisePath(raw: string): string | undefined {
  const tidy = raw.endsWith("/") ? raw.slice(0, -1) : raw;
  if (!needsWork(tidy)) return tidy;
  const parts = tidy.split("/").filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : parts.join("/");
}

/** Directory part of a normalised path; `""` for a name in the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Last part of a normalised path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

// True when some part is empty, "." or "..": a dot or a slash at the beginning of a part.
function needsWork(path: string): boolean {
  if (path === "") return false;
  const first = path.charCodeAt(0);
  if (first === 0x2f || first === 0x2e) return true;
  return path.includes("/.") || path.includes("//") || path.endsWith("/");
}
