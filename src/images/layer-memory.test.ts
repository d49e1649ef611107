import assert from "node:assert/strict";
import { test } from "node:test";
import { file } from "../../tests/support/image.ts";
import type { LayerIndex } from "../core/layer.ts";
import { writeTar } from "../formats/tar-write.ts";
import { createLayerShelf, layerMemory } from "./layer-memory.ts";
import { createLayerWalk } from "./walk.ts";

function layer(files: number): LayerIndex {
  const walk = createLayerWalk({ extractors: [] });
  walk.push(writeTar(Array.from({ length: files }, (_, index) => file(`d/f${index}`, ""))));
  return { diffId: "d", digest: "s", compression: "none", bytes: 1, ...walk.finish() };
}

const [small, large] = [layer(10), layer(1000)];
const most = layerMemory(large) + layerMemory(small);

for (const [title, layers, order, kept] of [
  ["all that fit", [small, large], [0, 1], [10, 1000]],
  ["the lower ones, the lowest first", [small, large, small], [0, 1, 2], [10, 1000, 0]],
  ["the lower ones, the highest first", [small, large, small], [2, 1, 0], [10, 1000, 0]],
  ["the lower ones, in any order", [small, large, small], [1, 2, 0], [10, 1000, 0]],
  ["nothing above one that is too large", [small, large, large, small], [3, 2, 0, 1], [10, 1000, 0, 0]],
] as const)
  test(`createLayerShelf() keeps ${title}`, () => {
    const shelf = createLayerShelf(most);
    for (const at of order) shelf.put(at, layers[at] ?? small);
    const held = layers.map((_, at) => shelf.get(at));
    assert.deepEqual(
      held.map((index) => index?.entries.count),
      kept,
    );
    assert.deepEqual(
      held.map((index) => index?.faults.map(({ code }) => code)),
      kept.map((count) => (count === 0 ? ["limit-exceeded"] : [])),
    );
    assert.equal(shelf.get(9), undefined);
  });
