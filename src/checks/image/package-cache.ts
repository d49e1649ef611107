import { type NumberOption, numberOf } from "../../core/check.ts";
import type { TreeSight } from "../../core/sights.ts";
import { directoryCheck } from "./directory-check.ts";

const caches: readonly (readonly [group: string, message: string, directories: readonly string[]])[] = [
  [
    "apt",
    "apt's lists and caches are in the image",
    ["var/lib/apt/lists", "var/cache/apt", "var/lib/aptitude"],
  ],
  ["apk", "apk's cache is in the image", ["var/cache/apk", "etc/apk/cache"]],
  [
    "dnf",
    "dnf's and yum's caches are in the image",
    ["var/cache/dnf", "var/cache/libdnf5", "var/cache/yum", "var/cache/tdnf", "var/cache/PackageKit"],
  ],
  ["zypper", "zypper's cache is in the image", ["var/cache/zypp"]],
  ["pacman", "pacman's cache and lists are in the image", ["var/cache/pacman/pkg", "var/lib/pacman/sync"]],
  ["opkg", "opkg's lists are in the image", ["var/opkg-lists", "var/lib/opkg/lists", "usr/lib/opkg/lists"]],
];

/** What a directory is to an OS package manager that keeps lists or downloads there. */
export function packageCacheOf(directory: string): TreeSight | undefined {
  if (!/^(?:var|etc|usr\/lib\/opkg)\//.test(directory)) return undefined;
  for (const [group, message, places] of caches) {
    const place = places.find((one) => directory === one || directory.startsWith(`${one}/`));
    if (place !== undefined) return { group, message, place };
  }
  return undefined;
}

const leastBytes: NumberOption = {
  name: "bytes",
  kind: "bytes",
  default: 0,
  meaning: "a cache with less of it in a layer is not told",
};

/** Lists and downloads that an OS package manager left behind. */
export const packageCache = directoryCheck({
  text: {
    id: "SW-IM-002",
    aliases: ["DKL-DI-0004", "DKL-DI-0005", "DL3009", "DL3019", "DL3032", "DL3036", "DL3040"],
    title: "Lists and caches of the package manager",
    severity: "low",
    why: "They make every copy of the image larger and are of use only to the next installation, which fetches them anew anyway.",
    remedy:
      "Remove them in the RUN that installs (rm -rf /var/lib/apt/lists/*, apk add --no-cache, dnf clean all), or keep them in a cache mount of the build.",
    example: {
      before: "RUN apt-get update && apt-get install -y --no-install-recommends tini",
      after:
        "RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*",
    },
    links: ["https://docs.docker.com/build/building/best-practices/#apt-get"],
    options: [leastBytes],
  },
  sightOf: packageCacheOf,
  isWanted: ({ size }) => size > 0,
  counts: ({ bytes }, _, options) => bytes >= numberOf(options, leastBytes),
});
