import assert from "node:assert/strict";
import { test } from "node:test";
import { DockerfileParser } from "dockerfile-ast";
import { assert as assertProperty, constantFrom, property, string } from "fast-check";
import { SeaworthyError } from "../core/errors.ts";
import { parseDockerfile } from "./dockerfile.ts";

/** Instructions of all stages as `stage:line keyword text`. */
function read(text: string): readonly string[] {
  return parseDockerfile(text).flatMap(({ name, instructions }) =>
    instructions.map(
      (instruction) => `${name}:${instruction.line} ${instruction.keyword} ${instruction.text}`,
    ),
  );
}

test("parseDockerfile() joins lines, drops comments and keeps the first line's number", () => {
  const text = `# syntax=docker/dockerfile:1
FROM debian:12
  run apt-get update && \\
  # a comment in between

      apt-get install -y \\
  curl
\t
ENV A=b \\
  C=d
CMD ["x"]`;
  assert.deepEqual(read(text), [
    "0:3 RUN apt-get update &&       apt-get install -y   curl",
    "0:9 ENV A=b   C=d",
    '0:11 CMD ["x"]',
  ]);
});

test("parseDockerfile() tells stages, their bases and the defaults of variables in them", () => {
  const stages = parseDockerfile(`ARG TAG="12" REPO
FROM --platform=$BUILDPLATFORM debian:\${TAG} AS Build
FROM build
FROM \${REPO:-alpine}:$UNSET as last
FROM scratch`);
  assert.deepEqual(
    stages.map(({ name, base, variableBase }) => [name, base, variableBase]),
    [
      ["build", "debian:12", true],
      ["1", "build", false],
      ["last", "alpine:", true],
      ["3", "scratch", false],
    ],
  );
});

test("parseDockerfile() reads flags, JSON forms and here-documents", () => {
  const [stage] = parseDockerfile(`FROM x
RUN --mount=type=cache,target=/x --network=none make
COPY --from=build --chown=1:1 ["a b", "/c/"]
RUN <<EOF
echo a
RUN echo b
EOF
COPY <<A <<-"B" /dest/
aa
A
\tbb
\tB
RUN cat <<'X' > /x && true
FROM y
X
RUN echo $((1 <<2)) "<<NOPE" && x <<MISSING
`);
  assert.deepEqual(
    stage?.instructions.map(({ line, flags, text, json, heredocs }) => [line, flags, text, json, heredocs]),
    [
      [2, ["--mount=type=cache,target=/x", "--network=none"], "make", undefined, []],
      [3, ["--from=build", "--chown=1:1"], '["a b", "/c/"]', ["a b", "/c/"], []],
      [4, [], "<<EOF", undefined, [{ name: "EOF", body: "echo a\nRUN echo b" }]],
      [
        8,
        [],
        '<<A <<-"B" /dest/',
        undefined,
        [
          { name: "A", body: "aa" },
          { name: "B", body: "bb" },
        ],
      ],
      [13, [], "cat <<'X' > /x && true", undefined, [{ name: "X", body: "FROM y" }]],
      [16, [], 'echo $((1 <<2)) "<<NOPE" && x <<MISSING', undefined, []],
    ],
  );
});

test("parseDockerfile() honours the escape directive, CRLF and a byte order mark", () => {
  const text = "\uFEFF# escape=`\r\nFROM x\r\nRUN a `\r\n  b\\\r\nCMD c\r\n";
  assert.deepEqual(read(text), ["0:3 RUN a   b\\", "0:5 CMD c"]);
});

test("parseDockerfile() refuses what has no stage, and too much", () => {
  const rows = [
    ["", "malformed"],
    ["# only\n", "malformed"],
    ["RUN x\nFROM y", "malformed"],
    [`FROM x\n${"RUN a\n".repeat(10_001)}`, "limit-exceeded"],
    [`FROM x\nRUN ${"a".repeat(1 << 20)}`, "limit-exceeded"],
  ] as const;
  for (const [text, code] of rows)
    assert.throws(() => parseDockerfile(text), isError(code), text.slice(0, 40));
});

test("parseDockerfile() takes hostile text within bounds", () => {
  const rows = [
    "\\\n",
    "RUN <<A\n",
    "RUN \\",
    "--a ",
    "$",
    "${",
    "#\n",
    '["',
    "<<",
    "\t",
    "RUN a\\\n#\n",
    " \r",
  ];
  for (const seed of rows) {
    try {
      parseDockerfile(`FROM x\nRUN ${seed.repeat(Math.floor(1_000_000 / seed.length))}`);
    } catch (thrown) {
      assert.ok(thrown instanceof SeaworthyError, String(thrown));
    }
  }
  const unit = constantFrom(
    "FROM x AS y\n",
    "RUN a && \\\n  b\n",
    "COPY --from=y a b\n",
    "# c\n",
    "\n",
    "  env A=b\n",
    'CMD ["x", "y"]\n',
    "RUN \\\n# c\n  d\n",
    "RUN <<E\nx\nE\n",
    "WORKDIR /a\n",
    "ARG A\n",
  );
  assertProperty(
    property(string({ unit, maxLength: 40 }), (text) => {
      try {
        parseDockerfile(text);
      } catch (thrown) {
        assert.ok(thrown instanceof SeaworthyError, String(thrown));
      }
    }),
    { seed: 42, numRuns: 3000 },
  );
});

test("parseDockerfile() finds the instructions that dockerfile-ast finds", () => {
  const unit = constantFrom(
    "FROM x AS y\n",
    "RUN a && \\\n  b\n",
    "COPY --from=y a b\n",
    "# c\n",
    "\n",
    "  env A=b\n",
    'CMD ["x", "y"]\n',
    "RUN \\\n# c\n  d\n",
    "RUN <<E\nx\nE\n",
    "WORKDIR /a\n",
    "ARG A\n",
  );
  assertProperty(
    property(string({ unit, maxLength: 20 }), (tail) => {
      const text = `FROM base\n${tail}`;
      const theirs = DockerfileParser.parse(text)
        .getInstructions()
        .filter((instruction) => instruction.getKeyword() !== "FROM")
        .map((instruction) => [(instruction.getRange()?.start.line ?? -1) + 1, instruction.getKeyword()]);
      const ours = parseDockerfile(text).flatMap(({ instructions }) =>
        instructions.map(({ line, keyword }) => [line, keyword]),
      );
      assert.deepEqual(ours, theirs);
    }),
    { seed: 42, numRuns: 500 },
  );
});

function isError(code: string): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof SeaworthyError && thrown.code === code;
}
