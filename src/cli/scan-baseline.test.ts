import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { before, suite, test } from "node:test";
import { dpkgRoot, npmPackage, osRelease } from "../../tests/support/distro-files.ts";
import { writeLayout } from "../../tests/support/image.ts";
import { writeMirror } from "../../tests/support/mirror.ts";
import { scratch } from "../../tests/support/scratch.ts";
import { readReport } from "../reports/read-json.ts";
import { main } from "./main.ts";

// lodash below 4.17.21 is critical and mended, minimist high and not, and the system has one that is negligible (tests/support/mirror.ts).
suite("scan --baseline", () => {
  const home = scratch("baseline");
  const db = join(home, "advisories.db");
  const bare = imageOf();
  const flawed = imageOf(npmPackage("lodash", "4.17.4"));
  const upgraded = imageOf(npmPackage("lodash", "4.17.20"));
  const more = imageOf(npmPackage("lodash", "4.17.4"), npmPackage("minimist", "1.0.0"));
  const inBase = known(["lodash"], []);
  const inApplication = known([], ["lodash"]);

  /** An image whose history tells which layer is the base's. */
  function known(base: readonly string[], application: readonly string[]): string {
    const packages = (names: readonly string[], at: string) =>
      names.map((name) => npmPackage(name, "4.17.4", at));
    return `oci:${writeLayout(scratch("image"), {
      layers: [
        { items: [osRelease("debian", "12"), ...dpkgRoot(), ...packages(base, "base")] },
        { items: packages(["left-pad", ...application], "app") },
      ],
      history: [
        { created_by: "/bin/sh -c #(nop) ADD file:a in / " },
        { created_by: '/bin/sh -c #(nop)  CMD ["bash"]', empty_layer: true },
        { created_by: "COPY . . # buildkit" },
      ],
    })}`;
  }

  function imageOf(...items: readonly ReturnType<typeof npmPackage>[]): string {
    return `oci:${writeLayout(scratch("image"), {
      layers: [
        { items: [osRelease("debian", "12"), ...dpkgRoot()], createdBy: "ADD rootfs" },
        { items: [npmPackage("left-pad", "1.3.0"), ...items], createdBy: "COPY . . # buildkit" },
      ],
    })}`;
  }

  before(async () => {
    const mirror = join(home, "mirror");
    await writeMirror(mirror);
    assert.equal((await run("db", "update", "--from", mirror, "--db", db)).code, 0);
    for (const [name, image] of Object.entries({ bare, flawed }))
      await run("scan", image, "--db", db, "-f", `json=${name}.json`);
    const flawless = JSON.parse(readFileSync(join(home, "flawed.json"), "utf8"));
    // As it was before the advisory came out.
    write("before-advisory.json", { ...flawless, findings: [], upgrades: [] });
    write("later-version.json", { ...flawless, schemaVersion: "99.0" });
    const { image } = flawless;
    const layers = image.layers.map((layer: object) => ({ ...layer, diffId: "sha256:0" }));
    write("other.json", { ...flawless, image: { ...image, reference: "example.org/other:1", layers } });
    copyFileSync(join(home, "flawed.json"), join(home, "flawed.report"));
    writeFileSync(join(home, "broken.json"), "{");
    writeFileSync(join(home, "empty.json"), "{}");
    const policy = "version: 1\nfailOn: high\n";
    writeFileSync(join(home, "new-counts.yaml"), `${policy}baseline: {newAdvisories: fail}\n`);
    writeFileSync(
      join(home, "licence.yaml"),
      "version: 1\nfailOn: never\nrules: [{id: r, package: {packages: [lodash]}}]\n",
    );
    writeFileSync(join(home, "no-fix-known.yaml"), `${policy}baseline: {grace: {critical: 0d}}\n`);
  });

  function write(name: string, value: unknown): void {
    writeFileSync(join(home, name), JSON.stringify(value));
  }

  async function run(
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const said = { out: "", err: "" };
    const sink = (to: "out" | "err"): Writable =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          said[to] += chunk.toString();
          done();
        },
      });
    const env = { HOME: home, XDG_CACHE_HOME: join(home, "cache"), XDG_DATA_HOME: join(home, "data") };
    const streams = { stdin: Readable.from([]), stdout: sink("out"), stderr: sink("err") };
    const code = await main(args, { ...streams, env, cwd: home, today: "2025-01-01" }, "0.0.0");
    return { code, ...said };
  }

  const scan = (image: string, ...args: readonly string[]) =>
    run("scan", image, "--db", db, "--check", "SW-IM-001=low", ...args);

  const decided: readonly (readonly [
    what: string,
    image: string,
    baseline: string,
    policy: string | undefined,
    code: number,
    sums: string,
  ])[] = [
    [
      "nothing changed, by a report",
      flawed,
      "flawed.json",
      undefined,
      0,
      "0 new, 0 by new advisories, 2 known, 0 mended",
    ],
    [
      "the report has another name",
      flawed,
      "flawed.report",
      undefined,
      0,
      "0 new, 0 by new advisories, 2 known, 0 mended",
    ],
    [
      "nothing changed, by an image",
      flawed,
      flawed,
      undefined,
      0,
      "0 new, 0 by new advisories, 2 known, 0 mended",
    ],
    [
      "an upgrade does not mend it",
      upgraded,
      "flawed.json",
      undefined,
      0,
      "0 new, 0 by new advisories, 2 known, 0 mended",
    ],
    [
      "a package comes in",
      more,
      "flawed.json",
      undefined,
      1,
      "1 new, 0 by new advisories, 2 known, 0 mended",
    ],
    [
      "all that is bad is gone",
      bare,
      "flawed.json",
      undefined,
      0,
      "0 new, 0 by new advisories, 1 known, 1 mended",
    ],
    [
      "an image without any is before",
      flawed,
      bare,
      undefined,
      1,
      "1 new, 0 by new advisories, 1 known, 0 mended",
    ],
    [
      "an advisory came out",
      flawed,
      "before-advisory.json",
      undefined,
      0,
      "0 new, 2 by new advisories, 0 known, 0 mended",
    ],
    [
      "an advisory came out, and it counts",
      flawed,
      "before-advisory.json",
      "new-counts.yaml",
      1,
      "0 new, 2 by new advisories, 0 known, 0 mended",
    ],
    [
      "nobody tells since when the fix is out",
      flawed,
      "flawed.json",
      "no-fix-known.yaml",
      0,
      "0 new, 0 by new advisories, 2 known, 0 mended",
    ],
    [
      "a rule refuses a package that was there",
      flawed,
      "flawed.json",
      "licence.yaml",
      0,
      "0 new, 0 by new advisories, 2 known, 0 mended",
    ],
    [
      "a rule refuses a package that came in",
      flawed,
      "bare.json",
      "licence.yaml",
      1,
      "1 new, 0 by new advisories, 1 known, 0 mended",
    ],
    ["the base has it", inBase, "base", undefined, 0, "0 new, 0 by new advisories, 2 known, 0 mended"],
    [
      "the application has it",
      inApplication,
      "base",
      undefined,
      1,
      "1 new, 0 by new advisories, 1 known, 0 mended",
    ],
  ];
  for (const [what, image, baseline, policy, code, sums] of decided)
    test(`ends with ${code} where ${what}`, async () => {
      const ran = await scan(
        image,
        "--baseline",
        baseline,
        ...(policy === undefined ? [] : ["--policy", policy]),
      );
      assert.equal(ran.code, code, ran.out + ran.err);
      assert.ok(ran.out.includes(sums), ran.out);
    });

  const refused: readonly (readonly [baseline: string, message: RegExp])[] = [
    ["nowhere.json", /^seaworthy: usage: read report "nowhere\.json": ENOENT/u],
    ["broken.json", /^seaworthy: report-invalid: read report "broken\.json": .*JSON/u],
    ["empty.json", /^seaworthy: report-invalid: read report "empty\.json": it is no report of Seaworthy/u],
    ["later-version.json", /"later-version\.json": its schemaVersion is "99\.0" \(give a file/u],
    ["", /^seaworthy: usage: .*--baseline is empty/u],
  ];
  for (const [baseline, message] of refused)
    test(`ends with 2 for ${JSON.stringify(baseline)}, before it opens an image`, async () => {
      const { code, out, err } = await scan("/no/such/image.tar", "--baseline", baseline);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, message);
    });

  test("tells a baseline that cannot be opened as the image that it is", async () => {
    const { code, err } = await scan(flawed, "--baseline", "oci:nowhere");
    assert.equal(code, 2);
    assert.match(err, /nowhere/u);
  });

  test("says in the report what it was compared with, by packages too, and reads it again", async () => {
    await scan(more, "--baseline", "flawed.json", "-f", "json=beside.json");
    const { baseline, findings } = readReport(readFileSync(join(home, "beside.json"), "utf8"), "beside.json");
    assert.deepEqual(baseline?.packages, ["pkg:npm/minimist@1.0.0"]);
    assert.deepEqual(
      findings.map(({ id, since }) => [id, since]),
      [
        ["CVE-2099-0001", "known"],
        ["CVE-2099-0002", "changed"],
        ["CVE-2099-0009", "known"],
      ],
    );
  });

  test("counts every finding where nobody tells what the base is, and says so", async () => {
    const { code, out } = await scan(flawed, "--baseline", "base");
    assert.equal(code, 1);
    assert.match(out, /baseline: which layers are the base image's cannot be told: every finding counts/u);
  });

  test("is of no use in a set of images, and says so", async () => {
    const { code, err } = await run("scan", "k8s", "--baseline", "flawed.json");
    assert.equal(code, 2);
    assert.match(err, /--baseline speaks of one image/u);
  });
});
