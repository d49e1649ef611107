import type { IndexedImage } from "../../core/indexed.ts";
import { withoutSecrets } from "./secret-cuts.ts";

/** Whom the image's process runs as. */
export interface ImageUser {
  /** As `USER` has it, without the group; empty where none is set. */
  readonly name: string;
  /** Is the name a number? */
  readonly isNumber: boolean;
  /** undefined for a name that passwd does not know. */
  readonly uid: number | undefined;
}

// Runtimes read numbers with a sign, too (Go's strconv.Atoi).
const number = /^[+-]?\d+$/;

/** Reads `USER NAME[:GROUP]` with the image's passwd. A number is one also where an account is called so. */
export function imageUser({ config, sights }: Pick<IndexedImage, "config" | "sights">): ImageUser {
  const [name = ""] = config.user.split(":");
  if (number.test(name)) return { name, isNumber: true, uid: Math.abs(Number(name)) };
  const known = sights.accounts?.users.find((user) => user.name === name)?.uid;
  // Runtimes take an empty user for root, with or without a passwd; so they do the name of one that lacks only that file.
  const uid = known ?? (name === "" || name === "root" ? 0 : undefined);
  return { name, isNumber: false, uid };
}

/** The largest number of a user that runtimes take. */
export const largestUser = 2 ** 31 - 1;

/** The group that `USER` names and the image's group file does not know; undefined where that cannot be told. */
export function unknownGroup({
  config,
  sights: { accounts },
}: Pick<IndexedImage, "config" | "sights">): string | undefined {
  const [, group = ""] = config.user.split(":");
  if (group === "" || number.test(group) || accounts === undefined) return undefined;
  return accounts.groups.some(({ name }) => name === group) ? undefined : group;
}

/** A value of `USER` as messages may show it. */
export function shownUser(value: string): string {
  return withoutSecrets(value.slice(0, 100));
}
