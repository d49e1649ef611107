const mostLines = 100_000;
const longestValue = 8192;

/**
 * The main attributes of a jar's manifest, names in lower case; the first of equal names counts. Lines of more than 72 bytes go on
 * in lines that begin with a space; an empty line ends the main attributes
 * (https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest).
 */
export function parseManifest(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let name = "";
  for (const line of text.split(/\r\n|\r|\n/, mostLines)) {
    if (line === "") {
      // Some writers begin with an empty line.
      if (attributes.size > 0) break;
    } else if (line.startsWith(" ")) {
      const value = attributes.get(name);
      if (value !== undefined && value.length < longestValue) attributes.set(name, value + line.slice(1));
    } else {
      const colon = line.indexOf(":");
      name = line.slice(0, Math.max(colon, 0)).toLowerCase();
      // A second attribute of the name is dropped, and what continues it as well.
      if (attributes.has(name)) name = "";
      if (name !== "")
        attributes.set(name, line.slice(colon + 1, colon + 1 + longestValue).replace(/^ /, ""));
    }
  }
  for (const [key, value] of attributes) attributes.set(key, value.trim());
  return attributes;
}
