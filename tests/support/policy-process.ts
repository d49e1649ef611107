import { createHash } from "node:crypto";
import { evaluate } from "../../src/policy/evaluate.ts";
import { generatedCase, shuffledFacts } from "./policy-cases.ts";

// A process of its own: digests of the verdicts on generated cases, a line for each thousand. Arguments: how many; `shuffled`, or nothing.

const [count = "0", order] = process.argv.slice(2);
let hash = createHash("sha256");
for (let seed = 0; seed < Number(count); seed += 1) {
  const { facts, policy, expressions, placements } = generatedCase(seed);
  const given = order === "shuffled" ? shuffledFacts(facts, seed + 77) : facts;
  hash.update(`${JSON.stringify(evaluate(given, policy, { expressions, placements }))}\n`);
  if ((seed + 1) % 1000 === 0) {
    process.stdout.write(`${hash.digest("hex")}\n`);
    hash = createHash("sha256");
  }
}
