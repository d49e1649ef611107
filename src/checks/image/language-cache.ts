import { type NumberOption, numberOf } from "../../core/check.ts";
import type { TreeSight } from "../../core/sights.ts";
import { directoryCheck } from "./directory-check.ts";

// `.yarn/cache` beside an application is none: Yarn's Plug'n'Play runs from it.
const places: readonly (readonly [owner: string, below: string])[] = [
  ["pip", "\\.cache/pip"],
  ["npm", "\\.npm/_cacache|\\.npm/_npx|\\.npm/_logs"],
  ["node-gyp", "\\.cache/node-gyp|\\.node-gyp"],
  ["Yarn", "\\.cache/yarn|share/\\.cache/yarn|\\.yarn/berry/cache"],
  ["pnpm", "\\.local/share/pnpm/store|\\.pnpm-store|\\.cache/pnpm"],
  ["Python tools", "\\.cache/(?:pypoetry|uv|pipenv|pdm)|conda/pkgs|\\.conda/pkgs"],
  ["Go", "\\.cache/go-build|go/pkg/mod/cache"],
  ["Maven", "\\.m2/repository"],
  ["Gradle", "\\.gradle/(?:caches|wrapper/dists|daemon)"],
  ["Cargo", "\\.cargo/(?:registry|git)|usr/local/cargo/(?:registry|git)"],
  ["Composer", "\\.composer/cache|\\.cache/composer"],
  ["gem", "\\.bundle/cache|\\.gem/specs|usr/local/bundle/cache|gems/[^/]+/cache"],
  ["NuGet", "\\.local/share/NuGet|\\.nuget/packages"],
];
const grammar = new RegExp(`^((?:.*/)?(?:${places.map(([, below]) => `(${below})`).join("|")}))(?:/|$)`);
const hint = /cache|_npx|_logs|gyp|store|pkgs|repository|gradle|cargo|gem|nuget/i;

/** What a directory is to a tool that keeps its downloads or builds there. */
export function languageCacheOf(directory: string): TreeSight | undefined {
  if (!hint.test(directory)) return undefined;
  const [, place, ...which] = grammar.exec(directory) ?? [];
  const owner = places[which.findIndex((part) => part !== undefined)]?.[0];
  if (place === undefined || owner === undefined) return undefined;
  return { group: owner, message: `the cache of ${owner} is in the image`, place };
}

const leastBytes: NumberOption = {
  name: "bytes",
  kind: "bytes",
  default: 0,
  meaning: "a cache with less of it in a layer is not told",
};

/** Downloads and builds that a language's tools left behind. */
export const languageCache = directoryCheck({
  text: {
    id: "SW-IM-017",
    aliases: ["DKL-LI-0003", "DL3042", "DL3060"],
    title: "Caches of a language's tools",
    severity: "low",
    why: "They make every copy of the image larger and hold packages a second time, in versions that nobody keeps up to date.",
    remedy:
      "Keep them in a cache mount of the build, tell the tool to keep none (pip --no-cache-dir), or copy from a build stage only what runs.",
    example: {
      before: "RUN pip install -r requirements.txt",
      after: "RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt",
    },
    links: ["https://docs.docker.com/build/cache/optimize/#use-cache-mounts"],
    options: [leastBytes],
  },
  sightOf: languageCacheOf,
  isWanted: ({ size }) => size > 0,
  counts: ({ bytes }, _, options) => bytes >= numberOf(options, leastBytes),
});
