import assert from "node:assert/strict";
import { test } from "node:test";
import { array, asyncProperty, boolean, constantFrom, assert as holds } from "fast-check";
import { rowText, ruleRows } from "../../tests/support/dockerfile-rows.ts";
import { defaultLintConfig, type LintConfig, readLintConfig } from "../policy/lint-config.ts";
import { lintFile } from "./lint.ts";
import { fixFile } from "./lint-fix.ts";
import { lineFindings, lintReport } from "./lint-report.ts";

async function lint(text: string, config: LintConfig = defaultLintConfig) {
  return await lintFile("Dockerfile", text, config);
}

/** What is found, as `line:column rule`, of the named rules only. */
async function places(text: string, ...rules: readonly string[]): Promise<readonly string[]> {
  const { findings } = await lint(text);
  return findings
    .filter(({ rule, aliases }) => rules.some((one) => one === rule || aliases.includes(one)))
    .map(({ line, column, endLine, endColumn, rule }) => `${line}:${column}-${endLine}:${endColumn} ${rule}`);
}

test("lintFile() gives the exact place, in joined lines, here-documents and behind a byte order mark", async () => {
  const rows: readonly (readonly [text: string, rule: string, ...places: readonly string[]])[] = [
    ["FROM a:1\nRUN b && \\\n  # c\n  sudo d\n", "DL3004", "4:3-4:7 SW-DF-004"],
    ["FROM a:1\r\nRUN b && \\\r\n  sudo d\r\n", "DL3004", "3:3-3:7 SW-DF-004"],
    ["\uFEFFFROM a\n", "DL3006", "1:7-1:8 SW-DF-006"],
    ["FROM a:1\nRUN <<E\nb\n\tsudo c\nE\n", "DL3004", "4:2-4:6 SW-DF-004"],
    ["FROM a:1\nRUN <<-E\n\tb\n\tsudo c\n\tE\n", "DL3004", "4:2-4:6 SW-DF-004"],
    ["FROM a:1\nRUN echo é\u{1F600} && sudo c\n", "DL3004", "2:17-2:21 SW-DF-004"],
    ["FROM a:1\nRUN bash -c 'b && sudo c'\n", "DL3004", "2:19-2:23 SW-DF-004"],
    ['FROM a:1\nRUN ["sudo", "c"]\n', "DL3004", "2:6-2:12 SW-DF-004"],
    ["FROM a:1\nONBUILD RUN sudo c\n", "DL3004", "2:13-2:17 SW-DF-004"],
    ["# escape=`\nFROM a:1\nWORKDIR `\n  bc\n", "DL3000", "4:3-4:5 SW-DF-000"],
  ];
  for (const [text, rule, ...expected] of rows) assert.deepEqual(await places(text, rule), expected, text);
});

test("lintFile() abstains from scripts that are no shell's, and says so", async () => {
  const rows = [
    'FROM a:1\nSHELL ["powershell", "-Command"]\nRUN sudo b | c\n',
    'FROM a:1\nSHELL ["pwsh"]\nRUN sudo b\n',
    "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN sudo b\n",
    "# escape=`\nFROM a:1\nRUN sudo b\n",
    "FROM a:1\n# hadolint shell=powershell\nRUN sudo b\n",
    "FROM a:1\n# seaworthy shell=cmd\nRUN sudo b\n",
    "FROM a:1\nRUN <<E\n#!/usr/bin/env python3\nsudo\nE\n",
    "FROM a:1\nRUN <<E\n#!/usr/bin/perl\nsudo\nE\n",
  ];
  for (const text of rows) {
    const { findings, notes, problems } = await lint(text);
    assert.deepEqual([findings.filter(({ rule }) => rule === "SW-DF-004"), problems], [[], []], text);
    assert.match(notes[0]?.message ?? "", /abstain/, text);
  }
  assert.deepEqual(await places("FROM a:1\n# hadolint shell=bash\nRUN sudo b\n", "DL3004"), [
    "3:5-3:9 SW-DF-004",
  ]);
});

test("lintFile() never takes what cannot be read for clean", async () => {
  const rows: readonly (readonly [text: string, line: number, message: RegExp])[] = [
    ["FROM a:1\nFOO b\n", 2, /"FOO" is no instruction/],
    ["FROM a:1\nRUN <<E\nb\n", 2, /here-document "E" has no end/],
    ["FROM a:1\nRUN if b; then c\n", 2, /the shell's syntax/],
    ["RUN b\n", 1, /no FROM/],
    ["", 1, /no FROM/],
    ["FROM a:1\nCOPY b\n", 2, /needs a source and a target/],
    [`FROM a:1\nRUN ${"b".repeat(1 << 20)}\n`, 1, /longer than/],
    [`FROM a:1\nRUN ${"$(".repeat(5000)}\n`, 2, /too long or too deep/],
  ];
  for (const [text, line, message] of rows) {
    const answer = await lint(text);
    assert.equal(answer.problems[0]?.line, line, text.slice(0, 40));
    assert.match(answer.problems[0]?.message ?? "", message);
    assert.notEqual(lintReport([answer], "never").verdict.decision, "pass");
  }
});

test("lintFile() passes over what comments ask for, keeps it, and tells what is idle", async () => {
  const rows: readonly (readonly [text: string, suppressed: readonly string[], notes: readonly string[]])[] =
    [
      ["FROM a:1\n# hadolint ignore=DL3004\nRUN sudo b\n", ["SW-DF-004 by Dockerfile:2"], []],
      [
        "FROM a:1\n# hadolint ignore=DL3004,DL3009 # why\nRUN sudo b\n",
        ["SW-DF-004 by Dockerfile:2"],
        ['2: "DL3009" is to be passed over, but matches nothing'],
      ],
      ["FROM a:1\n# seaworthy ignore = SW-DF-004\nRUN sudo b\n", ["SW-DF-004 by Dockerfile:2"], []],
      ["FROM a:1\n# hadolint ignore=DL3004\n\n# more\nRUN sudo b\n", ["SW-DF-004 by Dockerfile:2"], []],
      ["FROM a:1\nRUN b && \\\n# hadolint ignore=DL3004\n sudo c\n", ["SW-DF-004 by Dockerfile:3"], []],
      ["# hadolint global ignore=DL3004\nFROM a:1\nRUN sudo b\n", ["SW-DF-004 by Dockerfile:1"], []],
      [
        "FROM a:1\nRUN b\n# seaworthy global ignore=DL3004\n",
        [],
        ['3: "DL3004" is to be passed over, but matches nothing'],
      ],
      ["FROM a:1\n# hadolint ignore=DL9999\nRUN b\n", [], ['2: there is no rule "DL9999"']],
      [
        "FROM a:1\n# hadolint ignore DL3004\nRUN b\n",
        [],
        ["2: this comment is not one that lint reads: write # seaworthy ignore=RULE,RULE"],
      ],
      ["FROM a:1\n# hadolint ignore=SC2086\nRUN b\n", [], []],
      [
        "# check=skip=SecretsUsedInArgOrEnv;error=true\nFROM a:1\nARG A_TOKEN\n",
        ["SW-DF-064 by Dockerfile:1"],
        [],
      ],
      ["FROM a:1\n# about hadolint: ignore=DL3004 is not used\nRUN b\n", [], []],
    ];
  for (const [text, suppressed, notes] of rows) {
    const answer = await lint(text);
    assert.deepEqual(
      answer.suppressed.map(({ rule, by }) => `${rule} by ${by}`),
      suppressed,
      text,
    );
    assert.deepEqual(
      answer.notes.map(({ line, message }) => `${line}: ${message}`),
      notes,
      text,
    );
    const left = answer.findings.filter(({ rule }) => suppressed.some((one) => one.startsWith(rule)));
    assert.deepEqual(left, [], text);
  }
});

test("lintFile() reads the configuration: passed over, other severities, comments that do not count", async () => {
  const text = "FROM a:1\n# hadolint ignore=DL3004\nRUN sudo b\nRUN c\n";
  const config = readLintConfig(
    "ignored: [DL3059]\noverride: {style: [DL3004]}\ndisable-ignore-pragma: true\n",
    ".hadolint.yaml",
  );
  const { findings, suppressed } = await lint(text, config);
  assert.deepEqual(
    findings.map(({ rule, severity }) => `${rule} ${severity}`),
    ["SW-DF-004 negligible"],
  );
  assert.deepEqual(
    suppressed.map(({ by }) => by),
    [".hadolint.yaml"],
  );
});

const fixes: readonly (readonly [before: string, after: string])[] = [
  [
    "RUN apt-get update && apt-get install curl=1\n",
    "RUN apt-get update && apt-get install --no-install-recommends -y curl=1 && rm -rf /var/lib/apt/lists/*\n",
  ],
  [
    "RUN apt-get update && \\\n    apt-get install -y --no-install-recommends \\\n      curl=1 # x\n",
    "RUN apt-get update && \\\n    apt-get install -y --no-install-recommends \\\n      curl=1 # x\n",
  ],
  [
    "RUN apt-get update && \\\n    # why\n    apt-get install -y --no-install-recommends \\\n      curl=1\nUSER 1\n",
    "RUN apt-get update && \\\n    # why\n    apt-get install -y --no-install-recommends \\\n      curl=1 && \\\n    rm -rf /var/lib/apt/lists/*\nUSER 1\n",
  ],
  [
    "RUN apt-get update \\\n && apt-get install -y --no-install-recommends curl=1\n",
    "RUN apt-get update \\\n && apt-get install -y --no-install-recommends curl=1 \\\n && rm -rf /var/lib/apt/lists/*\n",
  ],
  ["RUN yum install a-1\r\n", "RUN yum install -y a-1 && yum clean all\r\n"],
  [
    "RUN set -e; apt-get update; apt-get install -y --no-install-recommends a=1\n",
    "RUN set -e; apt-get update; apt-get install -y --no-install-recommends a=1\n",
  ],
  [
    "run apt install -y --no-install-recommends a=1\n",
    "run apt-get install -y --no-install-recommends a=1\n",
  ],
  ["ADD --chown=1:1 a /b\n", "COPY --chown=1:1 a /b\n"],
  ["COPY a b /c\n", "COPY a b /c/\n"],
  ['COPY ["a", "b", "/c"]\n', 'COPY ["a", "b", "/c/"]\n'],
  ["CMD a -b c\n", 'CMD ["a", "-b", "c"]\n'],
  ["CMD a $B\n", "CMD a $B\n"],
  ["CMD exec a\n", "CMD exec a\n"],
  ["CMD a \\\n  # why\n  b\n", "CMD a \\\n  # why\n  b\n"],
  ["MAINTAINER a \\\n# why\n b\n", "MAINTAINER a \\\n# why\n b\n"],
  ['SHELL ["powershell"]\nCMD Get-Date a\n', 'SHELL ["powershell"]\nCMD Get-Date a\n'],
  ["CMD a && b\n", "CMD a && b\n"],
  ['MAINTAINER "A" <b@c>\n', 'LABEL org.opencontainers.image.authors="A <b@c>"\n'],
  ["RUN pip install -r a.txt\n", "RUN pip install --no-cache-dir -r a.txt\n"],
  ["RUN apk add a=1\n", "RUN apk add --no-cache a=1\n"],
  ["RUN wget -O a https://b\n", "RUN wget --progress=dot:giga -O a https://b\n"],
  ["RUN useradd -u 123456 a\n", "RUN useradd -l -u 123456 a\n"],
  ["RUN yarn install\n", "RUN yarn install && yarn cache clean\n"],
  ['RUN ["apt", "install", "a=1"]\n', 'RUN ["apt-get", "install", "--no-install-recommends", "-y", "a=1"]\n'],
  ['RUN ["sh", "-c", "apk add a=1"]\n', 'RUN ["sh", "-c", "apk add --no-cache a=1"]\n'],
  ["RUN <<E\napk add a=1\nE\n", "RUN <<E\napk add --no-cache a=1\nE\n"],
  ["add a /b\n", "copy a /b\n"],
  ["RUN yum install a-1 && exit 0\n", "RUN yum install -y a-1 && exit 0\n"],
  ["RUN exec yum install a-1\n", "RUN exec yum install -y a-1\n"],
  ["CMD type a\n", "CMD type a\n"],
  ["CMD :\n", "CMD :\n"],
  ["ENTRYPOINT a b\n", 'ENTRYPOINT ["a", "b"]\n'],
  ['ENTRYPOINT a b\nCMD ["c"]\n', 'ENTRYPOINT a b\nCMD ["c"]\n'],
  // The name cannot be edited in its quotes; the rest is all the same.
  [
    'RUN a"pt" install a\nRUN apk add a=1\nRUN pip install a==1\n',
    'RUN a"pt" install a\nRUN apk add --no-cache a=1\nRUN pip install --no-cache-dir a==1\n',
  ],
  ["maintainer a\n", 'label org.opencontainers.image.authors="a"\n'],
  ["MAINTAINER a\\b $c\n", 'LABEL org.opencontainers.image.authors="a\\\\b \\$c"\n'],
  ["# hadolint ignore=DL3019\nRUN apk add a=1\n", "# hadolint ignore=DL3019\nRUN apk add a=1\n"],
];

for (const [before, after] of fixes)
  test(`fixFile() makes of ${JSON.stringify(before)} what it should be`, async () => {
    const head = "FROM debian:12.7\n";
    const fixed = await fixFile("Dockerfile", head + before, defaultLintConfig);
    assert.equal(fixed.text, head + after);
  });

test("fixFile() escapes as the file's directive says", async () => {
  const { text } = await fixFile("Dockerfile", "# escape=`\nFROM a:1\nMAINTAINER a$b\\\n", defaultLintConfig);
  assert.equal(text, '# escape=`\nFROM a:1\nLABEL org.opencontainers.image.authors="a`$b\\"\n');
});

test("lintFile() and fixFile() take hostile files within bounds", async () => {
  const numbered = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join("");
  const stages = (line: (index: number) => string) =>
    `ARG Z\nFROM a:1 AS s0\n${numbered(4900, (index) => `FROM s${index} AS s${index + 1}\n${line(index)}`)}`;
  const rows: readonly (readonly [name: string, text: string, problem: RegExp | undefined])[] = [
    ["stages on stages", stages((index) => `ENV A${index}=b\n`), undefined],
    [
      "an argument that doubles",
      `ARG A0=x\n${numbered(40, (index) => `ARG A${index + 1}=$A${index}$A${index}\n`)}FROM $A40\n`,
      /a value of more than/,
    ],
    [
      "patterns with stars",
      `ARG A=${"a".repeat(512)}\n${`ARG B=\${A%%${"*a".repeat(250)}b}\n`.repeat(300)}FROM a:1\n`,
      undefined,
    ],
    ["archives", `FROM a:1\n${"COPY a.tar /x/\nRUN tar -xf b.tar\n".repeat(4900)}`, undefined],
    ["pipes", `FROM a:1\n${`RUN ${"sh | ".repeat(12_000)}sh\n`.repeat(5)}`, undefined],
    [
      "wishes",
      `FROM a:1\n# hadolint ignore=${"DL9999,".repeat(50_000)}DL1\n${"RUN cd /x\n".repeat(5000)}`,
      undefined,
    ],
    ["edits", `FROM a:1\n${`RUN ${"apt-get install x && ".repeat(800)}a\n`.repeat(10)}`, undefined],
  ];
  for (const [name, text, problem] of rows) {
    const before = process.cpuUsage();
    const { problems } = await lint(text);
    await fixFile("Dockerfile", text, defaultLintConfig);
    const { user } = process.cpuUsage(before);
    assert.ok(user < 25_000_000, `${name} took ${user} µs`);
    if (problem === undefined) assert.deepEqual(problems, [], name);
    else assert.match(problems[0]?.message ?? "", problem);
  }
});

test("fixFile() takes the platform out of FROM", async () => {
  const { text } = await fixFile(
    "Dockerfile",
    "FROM --platform=$TARGETPLATFORM a:1 AS b\n",
    defaultLintConfig,
  );
  assert.equal(text, "FROM a:1 AS b\n");
});

test("fixFile() mends what it says, breaks nothing, and has nothing to do the second time", async () => {
  const rows = ruleRows.flatMap(({ bad, good }) => [...bad, ...good]).filter((row) => !row.includes("FROM"));
  await holds(
    asyncProperty(
      array(constantFrom(...rows), { minLength: 1, maxLength: 8 }),
      boolean(),
      async (parts, carriage) => {
        const plain = rowText(parts.join("\n"));
        const text = carriage ? plain.replaceAll("\n", "\r\n") : plain;
        const was = await lint(text);
        const fixed = await fixFile("Dockerfile", text, defaultLintConfig);
        const is = await lint(fixed.text);
        assert.deepEqual(
          is.findings.filter(({ fix }) => fix !== null),
          [],
        );
        assert.ok(is.problems.length <= was.problems.length);
        assert.equal(is.dockerfile?.instructions.length, was.dockerfile?.instructions.length);
        assert.deepEqual(
          is.dockerfile?.comments.map((one) => one.text),
          was.dockerfile?.comments.map((one) => one.text),
        );
        assert.ok(fixed.mended.length >= was.findings.filter(({ fix }) => fix !== null).length);
        assert.deepEqual(await fixFile("Dockerfile", fixed.text, defaultLintConfig), {
          text: fixed.text,
          mended: [],
        });
        assert.equal(fixed.text.includes("\r"), text.includes("\r"));
        assert.equal(/[^\r]\n/.test(fixed.text), /[^\r]\n/.test(text));
      },
    ),
    { numRuns: 300 },
  );
});

test("lintReport() fails, does not know or passes", async () => {
  const clean = await lint("FROM scratch\nCOPY a /a\n");
  const sudo = await lint("FROM a:1\nRUN sudo b\n");
  const torn = await lint("FROM a:1\nFOO\n");
  const rows = [
    [[clean], "low", "pass"],
    [[clean, sudo], "low", "fail"],
    [[clean, sudo], "critical", "pass"],
    [[clean, sudo], "never", "pass"],
    [[clean, torn], "low", "unknown"],
    [[sudo, torn], "low", "fail"],
    [[], "low", "pass"],
  ] as const;
  for (const [files, failOn, decision] of rows)
    assert.equal(lintReport(files, failOn).verdict.decision, decision);
  const { reasons } = lintReport([await lint("FOO\n".repeat(100))], "low").verdict;
  assert.deepEqual(
    [reasons.length, reasons.at(-1)?.message],
    [5, 'Dockerfile:4: "FOO" is no instruction (and 96 more)'],
  );
  assert.deepEqual(lintReport([sudo, torn], "high").verdict.reasons, [
    { code: "finding-refused", message: "1 high finding (fail on high)" },
    { code: "file-unreadable", message: 'Dockerfile:2: "FOO" is no instruction' },
  ]);
});

test("lineFindings() says which line brought which findings", async () => {
  const file = await lint("FROM a:1\nRUN b\nCOPY c /d\n");
  const at = (line: number) => ({ file: "Dockerfile", line, stage: "0" });
  const scanned = {
    layers: [
      { index: 0 },
      { index: 1, dockerfile: at(2) },
      { index: 2, dockerfile: at(3) },
      { index: 3, dockerfile: at(2) },
    ],
    findings: [0, 1, 1, 1, 3].map((layer, at) => ({ layer, fixable: at < 3 })),
  };
  assert.deepEqual(lineFindings(scanned, [file]), {
    lines: [{ file: "Dockerfile", line: 2, instruction: "RUN b", findings: 4, fixable: 2 }],
    notes: [],
  });
  const unjoined = lineFindings({ ...scanned, layers: [{ index: 0 }] }, [file]);
  assert.deepEqual([unjoined.lines, unjoined.notes.length], [[], 1]);
});

test("lintFile() takes hostile Dockerfiles within bounds", async () => {
  const lines = [
    "RUN apt-get update\n",
    "COPY a.tar /tmp\nRUN tar -xf a.tar\n",
    "FROM b AS b\nUSER root\n",
    "ENV A=b C=$A\n",
    "# hadolint ignore=DL3000\nRUN sudo a\n",
    "RUN curl a | sh\n",
    "COPY --from=x a b\n",
  ];
  const words = ["a && ", "curl a | sh; ", "chmod 777 a; ", "$(a) ", "-", "a=b "];
  const texts = [
    ...lines.map((line) => `FROM a:1 AS b\n${line.repeat(2500)}`),
    ...words.map((word) => `FROM a:1\nRUN ${word.repeat(Math.floor(60_000 / word.length))}b\n`),
    `FROM a:1\nADD https://${".git?commit=".repeat(90_000)} /b\n`,
    `FROM a:1\nRUN apt-get update&&b${" a\\\n".repeat(20_000)}\n`,
    ...["LABEL x=", "ENV ", "CMD ", "EXPOSE ", "FROM ", "USER "].map(
      (start) => `FROM a:1\n${start}${"a-.".repeat(300_000)}\n`,
    ),
  ];
  for (const text of texts) {
    const before = process.cpuUsage();
    await lint(text);
    assert.ok(process.cpuUsage(before).user < 10_000_000, text.slice(0, 40));
  }
});
