/**
 * One ecosystem's versions. `compare` answers a negative number, 0 or a positive number and is total over parsed values.
 * `parse` answers undefined for text that the ecosystem's own tool refuses; it never guesses.
 */
export interface VersionScheme<V> {
  readonly id: string;
  parse(text: string): V | undefined;
  compare(a: V, b: V): number;
}

/** A scheme behind text, for callers that do not care about the parsed form. */
export interface TextScheme {
  readonly id: string;
  /** Negative, 0 or positive; undefined when either text does not parse. */
  compareText(a: string, b: string): number | undefined;
  valid(text: string): boolean;
}

/** Hides a scheme's parsed type. */
export function textScheme<V>(scheme: VersionScheme<V>): TextScheme {
  return {
    id: scheme.id,
    valid: (text) => scheme.parse(text) !== undefined,
    compareText(a, b) {
      const left = scheme.parse(a);
      const right = scheme.parse(b);
      return left === undefined || right === undefined ? undefined : scheme.compare(left, right);
    },
  };
}
