import type { IndexedImage } from "../../core/indexed.ts";

/** Whom the image's process runs as. */
export interface ImageUser {
  /** As `USER` has it, without the group; empty where none is set. */
  readonly name: string;
  /** undefined for a name that passwd does not know. */
  readonly uid: number | undefined;
}

/** Reads `USER NAME[:GROUP]` with the image's passwd. A number is one also where an account is called so. */
export function imageUser({ config, sights }: Pick<IndexedImage, "config" | "sights">): ImageUser {
  const [name = ""] = config.user.split(":");
  if (/^\d+$/.test(name)) return { name, uid: Number(name) };
  const known = sights.accounts?.users.find((user) => user.name === name)?.uid;
  // Runtimes take an empty user for root, with or without a passwd; so they do the name of one that lacks only that file.
  return { name, uid: known ?? (name === "" || name === "root" ? 0 : undefined) };
}
