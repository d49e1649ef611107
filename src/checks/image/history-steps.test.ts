import assert from "node:assert/strict";
import { test } from "node:test";
import { historySteps, readCommands } from "./history-steps.ts";

const rows: readonly (readonly [text: string, commands: readonly string[]])[] = [
  ["apt-get update", ["apt-get update"]],
  ["a && b || c; d | e & f\ng", ["a", "b", "c", "d |", "e", "f", "g"]],
  ["echo 'a && b' \"c | d\" e\\ f", ["echo a && b c | d e f"]],
  ["A=1 B='x y' env C=2 exec run -x", ["run -x"]],
  ["sudo -E apt-get install x", ["sudo: apt-get install x"]],
  ["/usr/bin/sudo -u root /bin/bash -c x", ["sudo: bash -c x"]],
  ["sudo -u root", ["sudo: "]],
  ["/usr/bin/apt-get /bin/x; ./a/b; /", ["apt-get /bin/x", "./a/b", "/"]],
  ["if ! a; then b; else c; fi", ["a", "b", "c", "fi"]],
  ["a \\\n  -b # sudo c\n d", ["a -b", "d"]],
  ["(a; b) > c", ["a", "b", "> c"]],
  ["curl x |& sh", ["curl x |", "sh"]],
  ["a#b c", ["a#b c"]],
  ["echo 'never closed && x", ["echo never closed", "x"]],
  ["A=1", []],
  ["", []],
];
for (const [text, commands] of rows)
  test(`readCommands() splits ${JSON.stringify(text)} into ${commands.length}`, () =>
    assert.deepEqual(
      readCommands(text).map(
        ({ words, sudo, piped }) => `${sudo ? "sudo: " : ""}${words.join(" ")}${piped ? " |" : ""}`,
      ),
      commands,
    ));

test("readCommands() takes no longer than its text for what is made to be slow", () => {
  const start = process.cpuUsage();
  for (const text of ["'", '"', "\\", "a\\", "`", "#", "&", "'a'", '"\\'])
    readCommands(text.repeat(100_000 / text.length));
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < 2_000_000, `${user + system} µs`);
});

const config = { env: [], entrypoint: [], cmd: [], user: "", workingDir: "", labels: {}, volumes: [] };

test("historySteps() joins steps with layers only where their number fits", () => {
  const history = [
    { createdBy: "ADD rootfs / # buildkit", emptyLayer: false },
    { createdBy: "ENV A=1", emptyLayer: true },
    { createdBy: "RUN |1 A=b /bin/bash -o pipefail -c apt-get update # buildkit", emptyLayer: false },
    { createdBy: "bazel build //:x", emptyLayer: true },
  ];
  const platform = { os: "linux", architecture: "amd64" };
  const whole = { ...config, platform, diffIds: [], history, exposedPorts: [], healthcheck: [] };
  const layer = { digest: "", diffId: "", createdBy: "", fromBase: null };
  const steps = historySteps({ config: whole, layers: [0, 1].map((index) => ({ ...layer, index })) });
  assert.deepEqual(
    steps.map(({ keyword, layer: at, commands }) => [
      keyword,
      at,
      commands.map(({ words }) => words.join(" ")),
    ]),
    [
      ["ADD", 0, []],
      ["ENV", undefined, []],
      ["RUN", 1, ["apt-get update"]],
    ],
  );
  assert.deepEqual(
    historySteps({ config: whole, layers: [] }).map(({ layer: at }) => at),
    [undefined, undefined, undefined],
  );
});
