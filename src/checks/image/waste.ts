import { type NumberOption, numberOf } from "../../core/check.ts";
import type { ImageJudge } from "../../core/image-judge.ts";
import { languageCacheOf } from "./language-cache.ts";
import { packageCacheOf } from "./package-cache.ts";

const mostWasted: NumberOption = {
  name: "bytes",
  kind: "bytes",
  default: 20_000_000,
  meaning: "more wasted bytes are told",
};
const leastEfficiency: NumberOption = {
  name: "efficiency",
  kind: "ratio",
  default: 0.95,
  meaning: "a smaller part of the shipped bytes that is visible in the end is told",
};
const leastWasted: NumberOption = {
  name: "least",
  kind: "bytes",
  default: 1_000_000,
  meaning: "fewer wasted bytes are not told, whatever the efficiency: the image is small",
};

const mostPaths = 20;

/** Bytes that lower layers ship and later ones replace or remove. */
export const waste: ImageJudge = {
  text: {
    id: "SW-IM-065",
    aliases: ["dive:highestWastedBytes", "dive:lowestEfficiency"],
    title: "Bytes wasted in lower layers",
    severity: "low",
    why: "What a later layer removes or changes (chmod and chown, too) is shipped all the same, and can still be read.",
    remedy:
      "Remove and change files in the RUN that makes them, set owner and mode in COPY (--chown, --chmod), or copy the result from a build stage.",
    example: {
      before: "COPY app /app\nRUN chown -R 10001 /app",
      after: "COPY --chown=10001 app /app",
    },
    links: ["https://github.com/wagoodman/dive"],
    options: [mostWasted, leastEfficiency, leastWasted],
  },
  judge({ sights }, options) {
    const { bytes, total, paths } = sights.waste;
    const efficiency = total === 0 ? 1 : (total - bytes) / total;
    const isMuch = bytes > numberOf(options, mostWasted) || efficiency < numberOf(options, leastEfficiency);
    if (bytes < numberOf(options, leastWasted) || !isMuch) return [];
    const message = `${(efficiency * 100).toFixed(1)} % of ${megabytes(total)} shipped are visible in the end`;
    return [{ message, paths: paths.slice(0, mostPaths).map(({ path }) => path), bytes }];
  },
};

/** Caches that a later layer removed: they are shipped all the same. */
export const removedCache: ImageJudge = {
  text: {
    id: "SW-IM-068",
    aliases: ["DKL-DI-0004", "DKL-DI-0005"],
    title: "Caches removed too late",
    severity: "low",
    why: "A RUN that removes what an earlier one left makes the image no smaller: the earlier layer is shipped with all that it holds.",
    remedy: "Install and clean up in one RUN, or use a cache mount.",
    example: {
      before: "RUN apt-get update && apt-get install -y tini\nRUN rm -rf /var/lib/apt/lists/*",
      after: "RUN apt-get update && apt-get install -y tini && rm -rf /var/lib/apt/lists/*",
    },
    links: ["https://docs.docker.com/build/building/best-practices/#apt-get"],
  },
  judge({ sights }) {
    const byPlace = new Map<string, { layer: number; paths: string[]; bytes: number }>();
    for (const { path, bytes, layers } of sights.waste.paths) {
      const directory = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
      const { place } = packageCacheOf(directory) ?? languageCacheOf(directory) ?? {};
      const [layer] = layers;
      if (place === undefined || layer === undefined) continue;
      const known = byPlace.get(`${layer} ${place}`) ?? { layer, paths: [place], bytes: 0 };
      byPlace.set(`${layer} ${place}`, { ...known, bytes: known.bytes + bytes });
    }
    return [...byPlace.values()].map((hit) => ({
      ...hit,
      message: "a later layer removes or replaces a cache",
    }));
  },
};

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
