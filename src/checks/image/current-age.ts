import { type CheckOptions, type NumberOption, numberOf } from "../../core/check.ts";
import type { CurrencyCheck, PackageCurrency } from "../../core/currency.ts";
import { daysBetween } from "../../core/day.ts";

const lateDays: NumberOption = {
  name: "days",
  kind: "days",
  default: 30,
  meaning: "a package whose newest version is out for less is not told",
};
const lateVersions: NumberOption = {
  name: "versions",
  kind: "number",
  default: 1,
  meaning: "a package that is fewer versions behind is not told",
};

/** OS packages of which the distribution has newer versions for long. */
export const packagesBehind: CurrencyCheck = {
  text: {
    id: "SW-IM-105",
    aliases: [],
    title: "OS packages behind their distribution's",
    severity: "low",
    why: "A stable release changes a package only to mend it: what is newer in its index has fewer flaws, and asks nothing of the application.",
    remedy:
      "Rebuild without a cached layer, or on the present base image; upgrade packages in the Dockerfile only where the base image is not kept up.",
    example: { before: "FROM debian:12", after: "FROM debian:12\nRUN apt-get update && apt-get upgrade -y" },
    links: ["https://wiki.debian.org/DebianRepository/Format"],
    options: [lateDays, lateVersions],
  },
  judge: ({ packages, today }, options) => {
    const byLayer = new Map<number, PackageCurrency[]>();
    for (const pkg of packages ?? [])
      if (isLate(pkg, today, options)) byLayer.set(pkg.layer, [...(byLayer.get(pkg.layer) ?? []), pkg]);
    return [...byLayer].map(([layer, late]) => ({ message: lateText(late), layer, entries: late.length }));
  },
};

// Where nobody says since when the newest is there, it counts: nothing shows that it is young.
function isLate(
  { versionsBehind, newestSince }: PackageCurrency,
  today: string,
  options: CheckOptions,
): boolean {
  if (versionsBehind === null || versionsBehind < Math.max(1, numberOf(options, lateVersions))) return false;
  return newestSince === null || daysBetween(newestSince, today) >= numberOf(options, lateDays);
}

const mostNamed = 5;

function lateText(late: readonly PackageCurrency[]): string {
  const named = late.slice(0, mostNamed).map(({ purl, newest }) => `${nameOf(purl)} → ${newest ?? ""}`);
  const left = late.length - named.length;
  return `newer versions are out of ${named.join(", ")}${left === 0 ? "" : ` and ${left} more`}`;
}

function nameOf(purl: string): string {
  const [path = ""] = purl.split("?", 1);
  return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1).replace("@", " "));
}

/** StackRox' policy has the same number. */
const mostDays: NumberOption = {
  name: "days",
  kind: "days",
  default: 90,
  meaning: "an image that is older is told",
};

/** The image was made long ago. */
export const imageOld: CurrencyCheck = {
  text: {
    id: "SW-IM-106",
    aliases: [],
    title: "Old image",
    severity: "low",
    why: "What was mended since the image was made is not in it, whether or not an advisory tells.",
    remedy: "Rebuild it on the present base image, best by a schedule.",
    links: ["https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often"],
    options: [mostDays],
  },
  judge: ({ created, ageDays }, options) =>
    ageDays !== null && ageDays > numberOf(options, mostDays)
      ? [{ message: `the image was made ${ageDays} days ago (${created ?? ""})` }]
      : [],
};

/** The base image's tag has moved on. */
export const baseBehind: CurrencyCheck = {
  text: {
    id: "SW-IM-107",
    aliases: [],
    title: "Base image behind its tag",
    severity: "medium",
    why: "The tag was published anew since this image was built: what its makers mended is not in it.",
    remedy: "Rebuild with the present base image (docker build --pull).",
    links: ["https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often"],
  },
  judge: ({ base }) =>
    base?.behind === true
      ? [
          {
            message: `${base.reference} has moved on: this image has ${base.sharedLayers} of the ${base.layers} layers that it has now`,
            layer: 0,
          },
        ]
      : [],
};
