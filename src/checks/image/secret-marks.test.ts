import assert from "node:assert/strict";
import { test } from "node:test";
import { alphabets, type TokenPart } from "./secret-kinds.ts";
import { marks } from "./secret-marks.ts";

const characters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

function begins(part: TokenPart | undefined, character: string): boolean {
  if (part === undefined) return true;
  if (typeof part === "string") return part.startsWith(character);
  return part.least === 0 || new RegExp(`[${alphabets[part.of]}]`).test(character);
}

test("marks say what may follow, no character more or less than the kind's forms begin with", () => {
  for (const { literal, kind, next } of marks)
    if (kind !== "private-key")
      assert.equal(
        characters.filter((character) => next?.includes(character) ?? true).join(""),
        characters.filter((character) => kind.forms.some(([first]) => begins(first, character))).join(""),
        literal,
      );
});

test("marks of less than four characters have something that follows", () => {
  assert.deepEqual(
    marks.filter(({ literal, next }) => literal.length < 4 && next === undefined),
    [],
  );
});
