/** Orders texts by their UTF-16 code units, in no language: the same everywhere, for output that is the same bytes. Negative, 0 or positive. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
