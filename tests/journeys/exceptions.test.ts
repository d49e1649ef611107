import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dpkgRoot, npmPackage, osRelease } from "../support/distro-files.ts";
import { writeLayout } from "../support/image.ts";
import { type Outcome, scratch, seaworthy } from "../support/scratch.ts";

// From a scan to an exception, and to what becomes of it when the image changes under it.
test("a scan's finding is accepted, and the exception is told when the package moves on", async () => {
  const cwd = scratch("accepted");
  const run = (...args: readonly string[]): Promise<Outcome> =>
    seaworthy(args, { cwd, env: { SOURCE_DATE_EPOCH: "1767225600" } });
  const scan = async (name: string, version: string): Promise<void> => {
    const image = writeLayout(scratch("image"), {
      layers: [
        { items: [osRelease("debian", "12"), ...dpkgRoot()], createdBy: "ADD rootfs" },
        { items: [npmPackage("lodash", version)], createdBy: "RUN /bin/sh -c npm ci # buildkit" },
      ],
    });
    const { stderr } = await run(
      "scan",
      `oci:${image}`,
      "--offline",
      "--no-cache",
      "--format",
      `json=${name}`,
    );
    assert.ok(!stderr.includes("seaworthy: internal"), stderr);
  };
  await scan("old.json", "4.17.4");
  await scan("new.json", "4.17.21");

  const words = [
    "--reason",
    "not reachable",
    "--justification",
    "risk_accepted",
    "--owner",
    "team-a",
    "--expires",
    "90d",
  ];
  const added = await run(
    "exceptions",
    "add",
    "--report",
    "old.json",
    "--finding",
    "CVE-2019-10744",
    "--package",
    "pkg:npm/lodash@4.17.4",
    ...words,
  );
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stderr, /CVE-2019-10744 in pkg:npm\/lodash@4\.17\.4 until 2026-04-01\n$/u);

  const used = await run("exceptions", "check", "old.json");
  assert.equal(used.code, 0, used.stdout);
  assert.match(used.stdout, /^\.seaworthy\/exceptions\.yaml:3:5 {2}used \(1\) {2}CVE-2019-10744/u);

  const gone = await run("exceptions", "check", "new.json");
  assert.equal(gone.code, 1);
  assert.match(
    gone.stdout,
    /matches nothing {2}CVE-2019-10744 [^\n]*\n {2}lodash 4\.17\.21 in layer 1 is not affected by CVE-2019-10744\n/u,
  );

  const both = await run("exceptions", "check", "old.json", "new.json");
  assert.equal(both.code, 0, both.stdout);

  const path = join(cwd, ".seaworthy/exceptions.yaml");
  const text = readFileSync(path, "utf8").replace("exceptions:\n", "exceptions:\n  # kept\n");
  writeFileSync(path, text);
  const pruned = await run("exceptions", "prune", "--report", "new.json");
  assert.equal(pruned.code, 0, pruned.stderr);
  assert.equal(readFileSync(path, "utf8"), text.slice(0, text.indexOf("  - id")));

  writeFileSync(path, text.replace("2026-04-01", "2026-04-31"));
  const wrong = await run("exceptions", "list");
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.stderr,
    /^seaworthy: exception-invalid: read exceptions "\.seaworthy\/exceptions\.yaml": line 10, column 14: expected a day as YYYY-MM-DD for expires, found "2026-04-31"/u,
  );
});
