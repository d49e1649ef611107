import { type CurrencyCheck, daysBetween, type PackageCurrency } from "../../core/currency.ts";
import { currentLimits } from "./current-limits.ts";

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
  },
  judge: ({ packages, today }) => {
    const byLayer = new Map<number, PackageCurrency[]>();
    for (const pkg of packages ?? [])
      if (isLate(pkg, today)) byLayer.set(pkg.layer, [...(byLayer.get(pkg.layer) ?? []), pkg]);
    return [...byLayer].map(([layer, late]) => ({ message: lateText(late), layer, entries: late.length }));
  },
};

// Where nobody says since when the newest is there, it counts: nothing shows that it is young.
function isLate({ versionsBehind, newestSince }: PackageCurrency, today: string): boolean {
  if (versionsBehind === null || versionsBehind === 0) return false;
  return newestSince === null || daysBetween(newestSince, today) >= currentLimits.newest;
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
  },
  judge: ({ created, ageDays }) =>
    ageDays !== null && ageDays > currentLimits.image
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
