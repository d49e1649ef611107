import type { AdvisoryDatabase } from "../core/advisory.ts";
import { distroKey } from "../core/ecosystem.ts";
import type { IndexedImage } from "../core/indexed.ts";

// Their lists follow a flaw from its first day; the others' speak of it once there is a fix.
const followOpenFlaws: ReadonlySet<string> = new Set(["debian", "ubuntu"]);

/** What is to be known of the advisories that an image was matched with. */
export function matchNotes(
  { distro }: Pick<IndexedImage, "distro">,
  database: AdvisoryDatabase,
): readonly string[] {
  const key = distro === undefined ? undefined : distroKey(distro);
  if (distro === undefined || key === undefined || followOpenFlaws.has(distro.id)) return [];
  if (!database.covers(key)) return [];
  return [`${key}: advisories list only what is fixed, not open flaws`];
}
