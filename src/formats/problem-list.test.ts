import assert from "node:assert/strict";
import { test } from "node:test";
import { createProblemList, problemsBeside } from "./problem-list.ts";

test("createProblemList() keeps a hundred problems and counts the rest", () => {
  const problems = createProblemList("a file");
  for (let index = 0; index < 100; index += 1) problems.add("malformed", `${index}`);
  assert.equal(problems.list().length, 100);
  problems.addAll([
    { code: "malformed", message: "x" },
    { code: "malformed", message: "y" },
  ]);
  assert.deepEqual(problems.list().at(-1), {
    code: "limit-exceeded",
    message: "read a file: 2 more problems",
  });
  assert.equal(problems.isFull(), false);
  for (let index = 0; index < 1000; index += 1) problems.caught(new Error("z"));
  assert.equal(problems.isFull(), true);
  assert.equal(problems.list().length, 101);
});

test("problemsBeside() throws the first problem when nothing was found", () => {
  const problems = createProblemList("a file");
  assert.deepEqual(problemsBeside(false, problems), []);
  problems.add("truncated", "first");
  problems.add("malformed", "second");
  assert.equal(problemsBeside(true, problems).length, 2);
  assert.throws(() => problemsBeside(false, problems), { code: "truncated", message: "first" });
});
