import assert from "node:assert/strict";
import { test } from "node:test";
import { compileWasm, runWasm, signed, unsigned, wasmTypes } from "./wasm-code.ts";

const numbers = [0, 1, 63, 64, 127, 128, 8191, 8192, 0x7fff_ffff, -1, -64, -65, -128, -8193, -0x8000_0000];

for (const number of numbers)
  test(`signed() writes ${number} as V8 reads it`, () => {
    const constant = compileWasm({ parameters: 0, locals: [], body: [0x41, signed(number)] });
    assert.equal(runWasm(constant, 0).run(), number);
  });

for (const number of [0, 127, 128, 16_383, 16_384, 65_530])
  test(`unsigned() writes ${number} as V8 reads it`, () => {
    // i32.load8_u of the first parameter with that offset.
    const load = compileWasm({ parameters: 1, locals: [], body: [0x20, 0, 0x2d, 0, unsigned(number)] });
    const { memory, run } = runWasm(load, 1);
    memory[number + 3] = 77;
    assert.equal(run(3), 77);
  });

test("compileWasm() declares parameters and locals of several types", () => {
  const { i32, v128 } = wasmTypes;
  // The second parameter goes through the fourth local, a vector: i8x16.splat, then lane 5 of it.
  const body = [0x20, 1, 0xfd, 0x0f, 0x21, 4, 0x20, 4, 0xfd, 0x16, 5];
  const module = compileWasm({
    parameters: 2,
    locals: [
      [2, i32],
      [1, v128],
    ],
    body,
  });
  assert.equal(runWasm(module, 1).run(1, 200), 200);
});

test("runWasm() gives each a memory of its own, of so many pages", () => {
  const module = compileWasm({ parameters: 1, locals: [], body: [0x20, 0, 0x2d, 0, 0] });
  const [one, two] = [runWasm(module, 1), runWasm(module, 2)];
  one.memory[9] = 5;
  assert.deepEqual([one.run(9), two.run(9)], [5, 0]);
  assert.deepEqual([one.memory.length, two.memory.length], [65_536, 131_072]);
});
