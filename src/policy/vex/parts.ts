import type { Package } from "../../core/package.ts";

/** What is known of a package being a part of another: all of it, some of the places where it lies, or none. */
export interface Holding {
  readonly held: "all" | "some" | "none";
  /** A file with the package that is in no holder. */
  readonly elsewhere: string;
}

/** Is a package a part of one of several others, in every place where it lies? */
export function holding(part: Package, holders: readonly Package[]): Holding {
  const outside = part.locations.filter(({ path }) => !holders.some((holder) => holds(holder, part, path)));
  if (part.locations.length === 0 || outside.length === part.locations.length) {
    const owned =
      part.ownedBy !== undefined && part.ownedBy.split(", ").every((owner) => owns(holders, owner));
    return { held: owned ? "all" : "none", elsewhere: outside[0]?.path ?? "" };
  }
  return { held: outside.length === 0 ? "all" : "some", elsewhere: outside[0]?.path ?? "" };
}

function holds(holder: Package, part: Package, path: string): boolean {
  if (holder === part) return false;
  return holder.locations.some(({ path: own }) => {
    // A Go program is what its main module was built to; the others in it are that module's parts.
    if (own === path) return holder.main === true && holder.type === part.type;
    if (path.startsWith(`${own}!/`)) return true;
    const folder = /^(.*\/)package\.json$/.exec(own)?.[1];
    return (
      holder.type === "npm" &&
      part.type === "npm" &&
      folder !== undefined &&
      path.startsWith(`${folder}node_modules/`)
    );
  });
}

function owns(holders: readonly Package[], owner: string): boolean {
  return holders.some(({ type, name }) => owner === `${type} ${name}`);
}
