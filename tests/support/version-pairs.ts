import assert from "node:assert/strict";
import type { TextScheme } from "../../src/core/version.ts";

/** `A<TAB>B`, one a line, as the oracles read them. */
export type Pair = readonly [a: string, b: string];

/** Texts made by joining 1 to `parts` of the pieces, paired at random; the same for the same seed. */
export function randomPairs(
  pieces: readonly string[],
  parts: number,
  count: number,
  seed = 1,
): readonly Pair[] {
  const random = generator(seed);
  const pick = (items: readonly string[]) => items[Math.floor(random() * items.length)] ?? "";
  const text = () => Array.from({ length: 1 + Math.floor(random() * parts) }, () => pick(pieces)).join("");
  // Pairs that share a beginning reach deeper than two independent texts.
  return Array.from({ length: count }, (): Pair => {
    const prefix = random() < 0.5 ? text() : "";
    return [prefix + text(), prefix + text()];
  });
}

/** Texts with one piece of each slot in turn, paired at random; the same for the same seed. */
export function slottedPairs(
  slots: readonly (readonly string[])[],
  count: number,
  seed = 1,
): readonly Pair[] {
  const random = generator(seed);
  const text = () => slots.map((slot) => slot[Math.floor(random() * slot.length)] ?? "").join("");
  return Array.from({ length: count }, (): Pair => [text(), text()]);
}

/** The relation of a comparison, as `explain version` writes it. */
export function relation(result: number | undefined): string {
  return result === undefined ? "undecided" : result < 0 ? "<" : result > 0 ? ">" : "=";
}

/** Asserts that the scheme answers what the oracle answered for each pair. */
export function assertAgrees(scheme: TextScheme, pairs: readonly Pair[], answers: readonly string[]): void {
  assert.equal(answers.length, pairs.length, "the oracle must answer every pair");
  for (const sign of ["<", "=", ">"])
    assert.ok(answers.filter((answer) => answer === sign).length > 20, `too few pairs with ${sign}`);
  const different = pairs.flatMap(([a, b], at) => {
    const ours = relation(scheme.compareText(a, b));
    return ours === answers[at] ? [] : [{ a, b, ours, oracle: answers[at] }];
  });
  assert.deepEqual(different.slice(0, 20), []);
}

/** Asserts rows `A RELATION B`, in both directions. */
export function assertRows(scheme: TextScheme, rows: readonly (readonly [string, string, string])[]): void {
  const mirrored: Readonly<Record<string, string>> = { "<": ">", ">": "<", "=": "=", undecided: "undecided" };
  for (const [a, expected, b] of rows) {
    assert.equal(relation(scheme.compareText(a, b)), expected, `${a} ${expected} ${b}`);
    assert.equal(relation(scheme.compareText(b, a)), mirrored[expected], `${b} and ${a}, turned round`);
  }
}

/** Asserts that the valid ones among the texts are ordered: every comparison has its mirror and chains hold. */
export function assertOrdered(scheme: TextScheme, texts: readonly string[]): void {
  const valid = texts.filter((text) => scheme.valid(text));
  const sign = (a: string, b: string) => Math.sign(scheme.compareText(a, b) ?? Number.NaN);
  for (const a of valid) {
    assert.equal(sign(a, a), 0, a);
    for (const b of valid) {
      assert.equal(sign(a, b) + sign(b, a), 0, `${a} and ${b}`);
      for (const c of valid) {
        if (sign(a, b) <= 0 && sign(b, c) <= 0) assert.ok(sign(a, c) <= 0, `${a} <= ${b} <= ${c}`);
      }
    }
  }
}

/** Pairs as an oracle's standard input. */
export function asLines(pairs: readonly Pair[]): string {
  return pairs.map((pair) => `${pair.join("\t")}\n`).join("");
}

/** An oracle's standard output as answers. */
export function answersOf(output: string): readonly string[] {
  return output.trimEnd().split("\n");
}

// mulberry32: small, and the same on every machine.
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
