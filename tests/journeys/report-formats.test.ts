import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { jsonReport } from "../../src/reports/json.ts";
import { apkRoot, dpkgRoot, npmPackage, osRelease } from "../support/distro-files.ts";
import { fingerprints, type GithubLog } from "../support/github-rules.ts";
import { file, type ImagePlan, writeDockerArchive, writeLayout } from "../support/image.ts";
import { needs } from "../support/needs.ts";
import { emptyReport, fullReport } from "../support/sample-report.ts";
import { testDatabase } from "../support/scan.ts";
import { scratch, seaworthy } from "../support/scratch.ts";
import { checkFormats, junitErrors } from "../support/valid-formats.ts";

// Every format of images as they are scanned, by the schemas that their makers wrote (GitLab's is read out by hand: no package has it),
// and from the saved report the same bytes as from the scan.

const formats = {
  sarif: "r.sarif",
  "sarif-github": "r.github.sarif",
  junit: "r.xml",
  markdown: "r.md",
  github: "r.txt",
  gitlab_codeclimate: "r.quality.json",
  csv: "r.csv",
  gitlab: "r.gitlab.json",
} as const;

const probe = { name: "seaworthy-probe", version: "1.0" };
const debian = [osRelease("debian", "12"), ...dpkgRoot(probe)];
const node = [npmPackage("lodash", "4.17.4"), npmPackage("minimist", "0.0.8")];

const images: Readonly<
  Record<string, { readonly plan: ImagePlan; readonly code: number; readonly findings: number }>
> = {
  "Debian with an application": {
    plan: { layers: [{ items: debian }, { items: node }] },
    code: 1,
    findings: 4,
  },
  Alpine: {
    plan: {
      layers: [{ items: [osRelease("alpine", "3.18.4"), ...apkRoot({ ...probe, version: "1.0-r0" })] }],
    },
    code: 0,
    findings: 1,
  },
  "an unknown system": {
    plan: { layers: [{ items: [osRelease("plan9", "4"), ...dpkgRoot(probe)] }] },
    code: 3,
    findings: 0,
  },
};

interface Files {
  readonly code: number | null;
  readonly json: string;
  readonly texts: Readonly<Record<keyof typeof formats, string>>;
}

/** Runs a command once for all formats. */
async function allFormats(args: readonly string[]): Promise<Files> {
  const dir = scratch("formats");
  const wanted = Object.entries({ ...formats, json: "r.json" }).flatMap(([name, path]) => [
    "-f",
    `${name}=${join(dir, path)}`,
  ]);
  const { code, stderr } = await seaworthy([...args, ...wanted]);
  const read = (path: string): string => readFileSync(join(dir, path), "utf8");
  assert.doesNotMatch(stderr, /seaworthy: /);
  const { sarif, junit, markdown, github, csv, gitlab } = formats;
  return {
    code,
    json: read("r.json"),
    texts: {
      sarif: read(sarif),
      junit: read(junit),
      markdown: read(markdown),
      github: read(github),
      csv: read(csv),
      gitlab: read(gitlab),
      "sarif-github": read(formats["sarif-github"]),
      gitlab_codeclimate: read(formats.gitlab_codeclimate),
    },
  };
}

async function scanned(reference: string, ...args: readonly string[]): Promise<Files> {
  return allFormats(["scan", "--db", await testDatabase(), "--today", "2026-01-01", ...args, reference]);
}

for (const [what, { plan, code, findings }] of Object.entries(images))
  suite(`formats of ${what}`, () => {
    test("each is valid, and the same from the saved report", async () => {
      const files = await scanned(`oci:${writeLayout(scratch("image"), plan)}:t`);
      assert.equal(files.code, code);
      assert.equal(JSON.parse(files.json).findings.length, findings);
      await checkFormats(files.json);
      const log: GithubLog = JSON.parse(files.texts.sarif);
      assert.equal(log.runs[0]?.invocations[0]?.exitCode, code);
      assert.equal(JSON.parse(files.texts.gitlab).vulnerabilities.length, findings);
      const saved = join(scratch("saved"), "r.json");
      writeFileSync(saved, files.json);
      assert.deepEqual(await allFormats(["report", "convert", saved]), { ...files, code: 0 });
    });
  });

suite("JUnit's XML by Jenkins's schema", { skip: needs("pip", "tar") }, () => {
  test("of an image, a full and an empty report, and a Dockerfile", async () => {
    const { plan } = images["Debian with an application"] ?? { plan: { layers: [] } };
    const files = await scanned(`oci:${writeLayout(scratch("image"), plan)}:t`);
    assert.deepEqual(await junitErrors(files.texts.junit), []);
    for (const report of [fullReport, emptyReport]) {
      const stdin = [...jsonReport(report)].join("");
      const { stdout } = await seaworthy(["report", "convert", "-", "-f", "junit"], { stdin });
      assert.deepEqual(await junitErrors(stdout), []);
    }
    const linted = await seaworthy(["lint", "-", "-f", "junit"], {
      stdin: "FROM debian\nRUN apt-get install curl\n",
    });
    assert.match(linted.stdout, /<failure/);
    assert.deepEqual(await junitErrors(linted.stdout), []);
  });

  test("the schema refuses what is none", async () =>
    assert.notDeepEqual(await junitErrors("<testsuites><testsuite name='a'/></testsuites>"), []));
});

suite("a rebuilt image", () => {
  const known = ({ texts }: Files): readonly string[] => {
    const log: GithubLog = JSON.parse(texts.sarif);
    return log.runs
      .flatMap(({ results, automationDetails: { id } }) => fingerprints(results).map((one) => `${id} ${one}`))
      .toSorted();
  };
  const builds: readonly (readonly [tag: string, layers: ImagePlan["layers"]])[] = [
    ["app:1", [{ items: debian }, { items: node }]],
    ["app:2", [{ items: node }, { items: debian }]],
    [
      "app:3",
      [...debian, ...node, file("etc/built", "2026-02-02")].map((item) => ({
        items: [item],
        createdBy: "RUN make",
      })),
    ],
    ["app:4", [{ items: [...debian, ...node] }]],
  ];

  test("keeps the fingerprint of every finding: other digest, tag, order and split of layers", async () => {
    const all: Files[] = [];
    for (const [tag, layers] of builds) {
      const dir = join(scratch("build"), "out");
      mkdirSync(dir);
      const config = { Env: [`BUILD=${tag}`] };
      all.push(
        await scanned(
          `docker-archive:${writeDockerArchive(join(dir, "app.tar"), { layers, config }, [tag])}`,
        ),
      );
    }
    const digests = all.map(({ json }) => JSON.stringify(JSON.parse(json).image.layers));
    assert.equal(new Set(digests).size, builds.length);
    const [first, ...others] = all.map(known);
    assert.ok((first?.length ?? 0) > 3);
    for (const other of others) assert.deepEqual(other, first);
    const ids = all.map(({ texts }) =>
      JSON.parse(texts.gitlab)
        .vulnerabilities.map(({ id }: { readonly id: string }) => id)
        .toSorted(),
    );
    for (const other of ids) assert.deepEqual(other, ids[0]);
  });

  test("keeps them with a Dockerfile whose lines move", async () => {
    const seen: (readonly string[])[] = [];
    for (const comment of ["", "# one\n# two\n"]) {
      const dir = scratch("dockerfile");
      const dockerfile = join(dir, "Dockerfile");
      writeFileSync(dockerfile, `${comment}FROM scratch\nCOPY root /\nRUN npm ci\n`);
      const layers = [
        { items: debian, createdBy: "COPY root / # buildkit" },
        { items: node, createdBy: "RUN /bin/sh -c npm ci # buildkit" },
      ];
      const files = await scanned(
        `oci:${writeLayout(join(dir, "image"), { layers })}:t`,
        "--dockerfile",
        dockerfile,
      );
      assert.match(files.texts.github, new RegExp(`Dockerfile,line=${comment === "" ? 3 : 5},`));
      seen.push(known(files).map((one) => one.replace(/"[^"]*Dockerfile"/, '"Dockerfile"')));
    }
    assert.deepEqual(seen[1], seen[0]);
  });
});
