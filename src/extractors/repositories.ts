import type { Extraction, Extractor } from "../core/plugin.ts";
import { readApkRepositories, readAptList, readAptStanzas } from "../formats/apt-sources.ts";
import { readAll, readText } from "../formats/random-access.ts";

const longest = 2 ** 20;

/** Where apt and apk of the image fetch from, for whoever asks how far its packages are behind. Proves no package. */
export const repositories: Extractor = {
  id: "package-repositories",
  minor: true,
  wants: ({ path }) => path.startsWith("etc/a") && place.test(path),
  extract({ path, bytes }): Extraction {
    if (path === "etc/apk/repositories")
      return { repositories: readApkRepositories(readText(bytes, longest, path)) };
    if (path.endsWith(".sources")) return { repositories: readAptStanzas(readAll(bytes, longest, path)) };
    return { repositories: readAptList(readText(bytes, longest, path)) };
  },
};

// Names as apt takes them: sources.list(5).
const place = /^etc\/(?:apk\/repositories|apt\/sources\.list(?:\.d\/[\w.-]+\.(?:list|sources))?)$/;
