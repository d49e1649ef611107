import assert from "node:assert/strict";
import { test } from "node:test";
import { readEntry } from "./history-entry.ts";

const rows: readonly (readonly [createdBy: string, keyword: string | undefined, text: string])[] = [
  ["RUN /bin/sh -c apt-get update # buildkit", "RUN", "/bin/sh -c apt-get update"],
  ["COPY a b / # buildkit", "COPY", "a b /"],
  ['/bin/sh -c #(nop)  CMD ["sh"]', "CMD", '["sh"]'],
  ["/bin/sh -c #(nop) ADD file:abc in / ", "ADD", "file:abc in /"],
  ["/bin/sh -c echo '#(nop) ADD x'", "RUN", "/bin/sh -c echo '#(nop) ADD x'"],
  ["|1 A=b /bin/sh -c make", "RUN", "|1 A=b /bin/sh -c make"],
  ["WORKDIR", "WORKDIR", ""],
  ["bazel build //:image", undefined, "bazel build //:image"],
  ["", undefined, ""],
  // Hostile: marks where they do not belong, and more of them than anybody writes.
  ["# buildkit", undefined, ""],
  ["#(nop) ADD x", undefined, "#(nop) ADD x"],
  [`/bin/sh -c ${" ".repeat(200)}#(nop) ADD x`, "RUN", `/bin/sh -c ${" ".repeat(200)}#(nop) ADD x`],
];
for (const [createdBy, keyword, text] of rows)
  test(`readEntry() reads ${JSON.stringify(createdBy.slice(0, 50))} as ${keyword}`, () => {
    const entry = readEntry({ createdBy, emptyLayer: false });
    assert.deepEqual([entry.keyword, entry.text], [keyword, text]);
  });

test("readEntry() takes no longer than its text for what is made to be slow", () => {
  const start = process.cpuUsage();
  for (const text of ["/bin/sh -o a ", "|1 ", "/sh -", " ", "/bin/sh -c "])
    readEntry({ createdBy: text.repeat(200_000 / text.length), emptyLayer: false });
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < 2_000_000, `${user + system} µs`);
});
