import type { Extraction, Extractor, FoundFile } from "../core/plugin.ts";
import { maxCopyrightSize, readCopyright } from "../formats/deb-copyright.ts";

const directory = "usr/share/doc/";
const name = "/copyright";

/**
 * Licences of dpkg's packages: its database has none, `usr/share/doc/NAME/copyright` does (Debian policy 12.5), in distroless
 * images too. No verdict rests on them: what cannot be read tells nothing.
 */
export const dpkgCopyright: Extractor = {
  id: "dpkg-copyright",
  minor: true,
  wants: ({ path, size }) =>
    path.endsWith(name) &&
    path.startsWith(directory) &&
    size <= maxCopyrightSize &&
    path.indexOf("/", directory.length) === path.length - name.length,
  extract: licencesOf,
};

function licencesOf({ bytes }: FoundFile): Extraction {
  try {
    return { licences: readCopyright(bytes) };
  } catch {
    return {};
  }
}
