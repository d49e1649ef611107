/** More rows than any distribution has; the rest is left out. */
const mostPaths = 1_000_000;

/**
 * The paths of a dist-info's RECORD: the first column of its CSV, as written
 * (https://packaging.python.org/specifications/recording-installed-packages/#the-record-file).
 */
export function parseRecord(text: string): readonly string[] {
  const paths: string[] = [];
  for (let at = 0; at < text.length && paths.length < mostPaths; ) {
    const [path, end] = text[at] === '"' ? quoted(text, at) : plain(text, at);
    if (path !== "") paths.push(path);
    at = nextRow(text, end);
  }
  return paths;
}

/** The paths of an egg-info's installed-files.txt: one a line, relative to the egg-info itself. */
export function parseInstalledFiles(text: string): readonly string[] {
  return text
    .split("\n", mostPaths)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** `relative` as seen from `directory` (without leading slash), `..` resolved; undefined when it leads above the root. */
export function resolveInstalled(directory: string, relative: string): string | undefined {
  const segments = relative.startsWith("/") ? [] : directory.split("/").filter((part) => part !== "");
  for (const part of relative.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") segments.push(part);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.join("/");
}

function plain(text: string, start: number): readonly [path: string, end: number] {
  let end = start;
  while (end < text.length && text[end] !== "," && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return [text.slice(start, end), end];
}

// In a quoted field a quote is doubled; the field may hold commas and ends of line.
function quoted(text: string, start: number): readonly [path: string, end: number] {
  const parts: string[] = [];
  let at = start + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return ["", text.length];
    parts.push(text.slice(at, end));
    if (text[end + 1] !== '"') return [parts.join('"'), end + 1];
    at = end + 2;
  }
}

// Hash and size never hold an end of line, but a hostile row may: quotes are not looked at.
function nextRow(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}
