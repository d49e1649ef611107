import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { array, constantFrom, assert as holds, property } from "fast-check";
import type { Instruction } from "../../src/formats/dockerfile-instruction.ts";
import { readDockerfile } from "../../src/formats/dockerfile-tree.ts";
import { fixFile } from "../../src/pipeline/lint-fix.ts";
import { defaultLintConfig } from "../../src/policy/lint-config.ts";
import { type BuildKit, type BuildKitAnswer, buildKit, needsBuildKit } from "../support/buildkit.ts";
import { rowText, ruleRows } from "../support/dockerfile-rows.ts";

// BuildKit's own parser is the truth: what it takes is read in the same way, what it refuses has a problem.

suite("readDockerfile() beside BuildKit", { skip: needsBuildKit }, () => {
  let oracle: BuildKit = { ask: () => [], samples: [] };
  before(() => {
    oracle = buildKit();
  });

  for (const file of tricky())
    test(`readDockerfile() reads ${JSON.stringify(file.slice(0, 70))} as BuildKit does`, () => {
      const [answer] = oracle.ask([file]);
      assert.ok(answer !== undefined);
      agree(file, answer);
    });

  test("readDockerfile() reads the samples of BuildKit's own tests as it does", () => {
    assert.ok(oracle.samples.length > 30, `${oracle.samples.length} samples`);
    const answers = oracle.ask(oracle.samples);
    for (const [at, answer] of answers.entries()) agree(oracle.samples[at] ?? "", answer);
  });

  test("what fixFile() makes of a Dockerfile is one for BuildKit as well, with the same instructions", async () => {
    const rows = ruleRows.flatMap(({ bad, good }) => [...bad, ...good]).map((row) => `${rowText(row)}\n`);
    const before = [...oracle.samples, ...rows];
    const after: string[] = [];
    for (const text of before) after.push((await fixFile("Dockerfile", text, defaultLintConfig)).text);
    assert.ok(after.filter((text, at) => text !== before[at]).length > 80);
    const was = oracle.ask(before);
    for (const [at, is] of oracle.ask(after).entries()) {
      const old = was[at];
      if (old === undefined || old.Error !== "" || old.StageError !== "") continue;
      assert.deepEqual([is.Error, is.StageError, is.Nodes?.length], ["", "", old.Nodes?.length], after[at]);
    }
  });

  test("readDockerfile() reads what is put together by chance as BuildKit does", () => {
    const files: string[] = [];
    holds(
      property(array(constantFrom(...fragments), { minLength: 1, maxLength: 12 }), (parts) => {
        files.push(`FROM x\n${parts.join("")}`);
      }),
      { numRuns: 3000, seed: 1 },
    );
    const answers = oracle.ask(files);
    for (const [at, answer] of answers.entries()) agree(files[at] ?? "", answer);
    const taken = answers.filter(({ Error, StageError }) => Error === "" && StageError === "").length;
    assert.ok(taken > 300 && taken < 3000, `${taken} of 3000 taken`);
  });
});

function agree(file: string, answer: BuildKitAnswer): void {
  const read = readDockerfile(file);
  if (answer.Error !== "") {
    assert.notEqual(read.problems.length, 0, `${answer.Error}\n${JSON.stringify(file)}`);
    return;
  }
  assert.equal(read.escape, answer.Escape, JSON.stringify(file));
  const shown = { file: JSON.stringify(file) };
  assert.deepEqual(
    { ...shown, nodes: read.instructions.map(nodeOf) },
    { ...shown, nodes: (answer.Nodes ?? []).filter(({ Keyword }) => Keyword !== "").map(theirs) },
  );
  if (answer.StageError !== "") {
    assert.notEqual(read.problems.length, 0, `${answer.StageError}\n${JSON.stringify(file)}`);
    return;
  }
  assert.deepEqual(
    {
      ...shown,
      stages: read.stages.map(({ name = "", image, instructions }) => [
        name,
        image?.raw,
        instructions.length,
      ]),
    },
    { ...shown, stages: (answer.Stages ?? []).map(({ Name, Base, Commands }) => [Name, Base, Commands]) },
  );
  assert.deepEqual(read.problems, [], JSON.stringify(file));
}

const wordy = new Set([
  "FROM",
  "RUN",
  "WORKDIR",
  "USER",
  "CMD",
  "ENTRYPOINT",
  "COPY",
  "ADD",
  "EXPOSE",
  "VOLUME",
  "SHELL",
  "ENV",
  "LABEL",
  "ARG",
]);

function nodeOf(instruction: Instruction) {
  const taker = instruction.trigger ?? instruction;
  const { keyword, flags, line, endLine, json } = instruction;
  return {
    keyword,
    lines: [line, endLine],
    flags:
      keyword === "ONBUILD"
        ? []
        : flags.map(({ name, value }) => `--${name}${value === undefined ? "" : `=${value}`}`),
    words: wordy.has(keyword) ? wordsOf(instruction).filter((word) => word !== "") : undefined,
    json: json !== undefined,
    heredocs: taker.heredocs.map(({ name, body, expand, chomp }) => [name, body.text, expand, chomp]),
  };
}

function wordsOf({ keyword, json, args, words, pairs }: Instruction): readonly string[] {
  if (json !== undefined) return json.map(({ value }) => value);
  if (keyword === "ENV" || keyword === "LABEL" || keyword === "ARG")
    return pairs.map(({ name }) => bare(name));
  if (["FROM", "COPY", "ADD", "EXPOSE", "VOLUME"].includes(keyword)) return words.map(({ raw }) => raw);
  return args.text === "" ? [] : [args.text];
}

function theirs({
  Keyword,
  Start,
  End,
  Flags,
  Words,
  Json,
  Heredocs,
}: NonNullable<BuildKitAnswer["Nodes"]>[number]) {
  const keyword = Keyword.toUpperCase();
  // ENV and LABEL come as name, value and separator; ARG as `name=value`.
  const pairs = keyword === "ENV" || keyword === "LABEL";
  const names = pairs
    ? (Words ?? []).filter((_, at) => at % 3 === 0)
    : (Words ?? []).map((word) => (keyword === "ARG" ? (word.split("=")[0] ?? "") : word));
  return {
    keyword,
    lines: [Start, End],
    flags: Flags ?? [],
    words: wordy.has(keyword)
      ? names.map((name) => (pairs || keyword === "ARG" ? bare(name) : name)).filter((word) => word !== "")
      : undefined,
    json: Json && keyword !== "HEALTHCHECK",
    heredocs: (Heredocs ?? []).map(({ Name, Content, Expand, Chomp }) => [
      Name,
      bodyOf(Content, Chomp),
      Expand,
      Chomp,
    ]),
  };
}

function bare(name: string): string {
  return name.replaceAll(/["'\\]/g, "");
}

// It leaves it to the shell to cut tabs, and lines' ends as they are.
function bodyOf(content: string, chomp: boolean): string {
  const text = content.replaceAll("\r\n", "\n");
  return chomp ? text.replaceAll(/^\t+/gm, "") : text;
}

function tricky(): readonly string[] {
  return [
    "FROM x\nRUN a \\\n  b \\\n# comment\n  c\n",
    "FROM x\nRUN a \\\n\n\n  b\n",
    "FROM x\nRUN a \\\\\nUSER b\n",
    "FROM x\nRUN a \\ \t\n b\n",
    "FROM x\nRUN echo \\\n",
    "FROM x\nRUN echo \\",
    "FROM x\n\\\nRUN a\n",
    "# escape=`\nFROM x\nRUN a `\n  b\\\nUSER c\n",
    "#escape = `\nFROM x\nRUN a `\n b\n",
    "# syntax=docker/dockerfile:1\n# escape=`\n# check=skip=all\nFROM x\nRUN a `\n b\n",
    "# comment\n# escape=`\nFROM x\nRUN a `\n",
    "\n# escape=`\nFROM x\nRUN a `\n",
    "# unknown=1\n# escape=`\nFROM x\nRUN a `\n",
    "\uFEFFFROM x\nRUN a\n",
    "\uFEFF# escape=`\nFROM x\nRUN a `\n b\n",
    "FROM x\r\nRUN a \\\r\n  b\r\nUSER c\r\n",
    "FROM x\r\nRUN <<EOF\r\na\r\nb\r\nEOF\r\nUSER c\r\n",
    "FROM x\nRUN <<EOF\na\nEOF\n",
    "FROM x\nRUN <<-EOF\n\ta\n\tEOF\n",
    "FROM x\nRUN <<-EOF\n\t\ta\n b\n\t\t\tEOF\nUSER a\n",
    "FROM x\nRUN <<'EOF'\n$a\nEOF\n",
    'FROM x\nRUN <<"EOF"\n$a\nEOF\n',
    "FROM x\nRUN <<E'O'F\n$a\nEOF\n",
    "FROM x\nRUN <<\\EOF\n$a\nEOF\n",
    "FROM x\nRUN 3<<EOF cat\na\nEOF\n",
    "FROM x\nRUN cat <<A <<B > /x\na\nA\nb\nB\nUSER c\n",
    "FROM x\nCOPY <<a.txt <<b.txt /dir/\n1\na.txt\n2\nb.txt\n",
    "FROM x\nADD <<-a /dir/\n\t1\n\ta\n",
    "FROM x\nONBUILD RUN <<EOF\na\nEOF\nUSER b\n",
    "FROM x\nONBUILD COPY <<EOF /x\na\nEOF\n",
    "FROM x\nONBUILD COPY --from=a b c\n",
    "FROM x\nRUN echo '<<EOF'\nUSER a\n",
    'FROM x\nRUN echo "a <<EOF"\nUSER a\n',
    "FROM x\nRUN echo $((1 << 2))\nUSER a\n",
    "FROM x\nRUN echo $((1<<2))\nUSER a\n",
    "FROM x\nRUN cat <<<word\nUSER a\n",
    "FROM x\nRUN cat << EOF\nUSER a\n",
    "FROM x\nRUN <<EOF\nno end\n",
    "FROM x\nRUN cat <<EOF; echo b\na\nEOF;\nUSER a\n",
    "FROM x\nRUN cat <<EOF>f\na\nEOF>f\n",
    "FROM x\nRUN it's <<EOF\nUSER a\n",
    'FROM x\nRUN ["a", "<<EOF"]\nUSER a\n',
    'FROM x\nCMD ["a","b\\"c"]\n',
    "FROM x\nCMD ['a']\n",
    'FROM x\nCMD ["a"] b\n',
    "FROM x\nCMD [1]\n",
    "FROM x\nCMD []\n",
    'FROM x\nCOPY ["a b", "c"]\n',
    "FROM x\nCOPY --chown=a:b --chmod=1 a b\n",
    "FROM x\nRUN --mount=type=cache,target=/a --network=none make -- --b\n",
    "FROM --platform=linux/arm64 x AS Build\nFROM build as y\nCOPY --from=build a b\n",
    "ARG A=1\nARG B\nFROM x:$A\nARG A\n",
    "FROM x\nARG a b=c d='e f'\n",
    "FROM x\nENV a b c\nENV a=b c='d e' f=g\\ h\nENV \"a b\"=c\n",
    'FROM x\nLABEL a.b=c "d.e"="f g"\n',
    "FROM x\nENV a=\\\n  b \\\n  # c\n  d=e\n",
    "FROM x\n  run  a   b  \n",
    "from x\nrun a\n",
    "FROM x\nHEALTHCHECK --interval=1s CMD a b\nHEALTHCHECK NONE\n",
    'FROM x\nSHELL ["a", "-c"]\nSTOPSIGNAL 9\nVOLUME a b\nVOLUME ["c"]\nEXPOSE 1 2/udp\nMAINTAINER me <me>\n',
    "FROM x\nFOO bar\n",
    "RUN a\nFROM x\n",
    "",
    "# only\n",
    "FROM x\nRUN a # no comment\n",
    "FROM x\nRUN a \\\n # comment \\\n b\n",
    "FROM x\nUSER é\u{1F600}\nRUN a \\\n é\n",
    "FROM x\n\tRUN\ta\tb\n",
    "FROM x\nRUN\u00a0a\n",
    "FROM x y z\nRUN a\n",
    "FROM x AS 1a\n",
    "FROM x AS\n",
    "FROM\n",
    "FROM x\nCOPY a\n",
    "FROM x\nCOPY\n",
    "FROM x\nCOPY --foo=1 a b\n",
    "FROM x\nRUN --mnt=a b\n",
    "FROM x\nRUN\n",
    "FROM x\nWORKDIR\n",
    "FROM x\nENV a\n",
    "FROM x\nENV a=b c\n",
    "FROM x\nENV =b\n",
    "FROM x\nLABEL\n",
    "FROM x\nARG =b\n",
    "FROM x\nSHELL bash -c\n",
    "FROM x\nSHELL []\n",
    'FROM x\nVOLUME [""]\n',
    "FROM x\nHEALTHCHECK FOO\n",
    "FROM x\nHEALTHCHECK NONE a\n",
    "FROM x\nHEALTHCHECK CMD\n",
    "FROM x\nONBUILD FROM y\n",
    "FROM x\nONBUILD ONBUILD RUN a\n",
    "FROM x\nCOPY a <<b\nb\n",
    "FROM x\nCMD\nENTRYPOINT\n",
    'FROM x\nRUN --mount="type=cache,target=/a b" make\n',
    "FROM x\nRUN -- make\n",
    "FROM x\nUSER a b\nWORKDIR a b\nSTOPSIGNAL a b\n",
    "FROM x\nEXPOSE\n",
    "FROM x\nRUN --a \\\n  --b=c \\\n d\n",
    "FROM x\nRUN <<E1 <<E2\nE2\nE1\na\nE2\n",
  ];
}

const fragments: readonly string[] = [
  "RUN a",
  " \\\n",
  "\n",
  "\n",
  "\r\n",
  "# comment\n",
  "  ",
  "\t",
  "<<EOF",
  "<<-EOF",
  " <<'A'",
  "EOF\n",
  "\tEOF\n",
  "A\n",
  '"',
  "'",
  "\\",
  "COPY a b",
  "COPY --from=x a b",
  "\nRUN ",
  "\nENV a=b",
  '\nCMD ["a"]',
  "$x",
  "${x:-y}",
  "\nFROM y AS z\n",
  "\nUSER a\n",
  "é",
  "\nONBUILD RUN ",
  "--flag=1 ",
  " && b",
];
