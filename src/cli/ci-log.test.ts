import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { describe, test } from "node:test";
import { logCommands } from "../../tests/support/ci-runners.ts";
import { inert, inertStream } from "./ci-log.ts";

const commands = [
  "::set-output name=a::b",
  "  ::error::x",
  "\t::add-mask::x",
  "\u00a0\u3000::warning::x",
  "\u0085::warning::x",
  ":::add-path::/tmp",
  "name ##[add-path]/tmp",
  "###[group]",
  "x ##vso[task.setvariable variable=PATH]/tmp",
  "##teamcity[setParameter name='a' value='b']",
  "##octopus[x]",
];

describe("inert()", () => {
  for (const line of commands)
    test(`takes the power from ${JSON.stringify(line)}`, () => {
      assert.notDeepEqual(logCommands(line), []);
      assert.deepEqual(logCommands(inert(line)), []);
      assert.deepEqual(logCommands(inert(`a\n${line}\n\n${line}`)), []);
    });

  test("leaves other lines as they are", () => {
    const text = "std::string\n# ## heading\nfe80::1 a:b ::\n[##]\nC#[1]\n";
    assert.equal(inert(text), text);
  });

  test("needs no more time for many empty lines", () => {
    const began = process.hrtime.bigint();
    inert(`${"\n".repeat(300_000)}${" ".repeat(300_000)}:`);
    assert.ok(Number(process.hrtime.bigint() - began) < 5e9);
  });
});

test("inertStream() sees a command that comes in pieces, and hands on what has no line end", async () => {
  let text = "";
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done): void {
      text += chunk.toString();
      done();
    },
  });
  const { stream, flush } = inertStream(sink);
  const bytes = Buffer.from("ä\n  ::set-out");
  for (const piece of [
    bytes.subarray(0, 1),
    bytes.subarray(1),
    Buffer.from("put name=a::b\n##"),
    Buffer.from("[x]"),
  ])
    await new Promise((resolve) => stream.write(piece, resolve));
  await flush();
  assert.equal(text, "ä\n  : :set-output name=a::b\n# #[x]");
});
