/**
 * The names under which a release's lifecycle may stand, best first: as written, then shorter (`3.18.4`, `3.18`, `3`),
 * then with the `.0` that endoflife.date gives a first service pack level (`sles` 15 is `15.0`).
 */
export function lifecycleReleases(id: string, version: string): readonly string[] {
  if (!/^\d+(?:\.\d+)*$/.test(version)) return [];
  const parts = version.split(".");
  const shorter = parts.map((_, index) => parts.slice(0, parts.length - index).join("."));
  return id === "sles" ? [version, `${version}.0`] : shorter;
}
