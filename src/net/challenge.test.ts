import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallenges } from "./challenge.ts";

type Row = readonly [scheme: string, parameters: Readonly<Record<string, string>>];

const rows: readonly [header: string, challenges: readonly Row[]][] = [
  ["", []],
  ["Basic", [["basic", {}]]],
  ['Basic realm="a b"', [["basic", { realm: "a b" }]]],
  [
    'Bearer realm="https://t.example/token?x=1,2",service="r.example",scope="repository:a/b:pull,push"',
    [
      [
        "bearer",
        { realm: "https://t.example/token?x=1,2", service: "r.example", scope: "repository:a/b:pull,push" },
      ],
    ],
  ],
  ["BEARER Realm=https , service = x", [["bearer", { realm: "https", service: "x" }]]],
  [
    'Bearer realm="x", Basic realm="y"',
    [
      ["bearer", { realm: "x" }],
      ["basic", { realm: "y" }],
    ],
  ],
  [
    'Negotiate, Basic realm="y"',
    [
      ["negotiate", {}],
      ["basic", { realm: "y" }],
    ],
  ],
  ['Basic realm="a \\"b\\" \\\\c"', [["basic", { realm: 'a "b" \\c' }]]],
  ['Basic realm="open', [["basic", {}]]],
  ["=x", []],
  [`Basic ${"a=b,".repeat(10_000)}`, [["basic", { a: "b" }]]],
  [`Basic realm="${'\\"'.repeat(100_000)}`, [["basic", {}]]],
];
for (const [header, challenges] of rows)
  test(`parseChallenges() reads ${header.slice(0, 60)}`, () => {
    const found = parseChallenges(header).map(({ scheme, parameters }) => [
      scheme,
      Object.fromEntries(parameters),
    ]);
    assert.deepEqual(found, challenges);
  });
