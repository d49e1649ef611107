interface Stretch {
  readonly start: number;
  readonly length: number;
}

/**
 * Those of `others` that share no character with any of `taken`, by where they end. Takes no more time than sorting them: an image's
 * config may hold hundreds of thousands of both.
 */
export function apartFrom<T extends Stretch>(others: readonly T[], taken: readonly Stretch[]): readonly T[] {
  const pending = taken.toSorted((a, b) => b.start - a.start);
  // The farthest end of all that begin before the end of the one in question.
  let reach = 0;
  return others
    .toSorted((a, b) => endOf(a) - endOf(b))
    .filter((other) => {
      for (
        let next = pending.at(-1);
        next !== undefined && next.start < endOf(other);
        next = pending.at(-1)
      ) {
        reach = Math.max(reach, endOf(next));
        pending.pop();
      }
      return reach <= other.start;
    });
}

function endOf({ start, length }: Stretch): number {
  return start + length;
}
