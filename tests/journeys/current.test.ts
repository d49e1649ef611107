import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, suite, test } from "node:test";
import { type Scanned, scan } from "../support/scan.ts";
import { scratch, tool } from "../support/scratch.ts";

// Real runtimes, copied by hand as Docker's official images have them: what they say of themselves is the truth.

const java = ["/usr/lib/jvm/temurin-25-jdk-amd64/release"].find((path) => existsSync(path));
const python = ["/usr/bin/python3.11"].find((path) => existsSync(path));
let scanned: Scanned;
let root = "";

suite("an image with runtimes that no package manager installed", () => {
  before(async () => {
    root = scratch("runtimes");
    put("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
    put("var/lib/dpkg/status", status("seaworthy-probe", "2.0"));
    copy(process.execPath, "usr/local/bin/node");
    if (python !== undefined) copy(realpathSync(python), "usr/local/bin/python3.11");
    if (java !== undefined) copy(java, "opt/java/openjdk/release");
    put("opt/java/openjdk/bin/java", "#!/bin/sh\n", true);
    put("usr/local/bin/tool", "#!/bin/sh\n", true);
    scanned = await scan(`dir:${root}`, { args: ["--today", "2026-01-01"] });
  });

  function put(path: string, content: string, program = false): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode: program ? 0o755 : 0o644 });
  }

  function copy(from: string, path: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(from, join(root, path));
  }

  function status(name: string, version: string): string {
    return `Package: ${name}\nStatus: install ok installed\nMaintainer: t <t@t.invalid>\nArchitecture: all\nVersion: ${version}\nDescription: t\n`;
  }

  const row = (name: string) => scanned.report.currency.runtimes.find((one) => one.name === name);

  test("scan reads node's version and says that its release has ended", () => {
    const version = process.versions.node;
    const release = version.split(".")[0];
    const { name, supportedBy, ended, paths, packages } = row("node") ?? {};
    assert.deepEqual([name, supportedBy, ended], ["node", "upstream", true]);
    assert.equal(row("node")?.release, release);
    assert.deepEqual(paths, ["usr/local/bin/node"]);
    assert.deepEqual(packages, [`pkg:generic/node@${version}`]);
    const checks = scanned.report.checks.filter(({ id }) => id === "SW-IM-102");
    assert.deepEqual(
      checks.map(({ message }) => message),
      [`node ${version} reached its end of life on 2020-04-30, 2072 days ago`],
    );
  });

  test("scan matches node with Bitnami's advisories and names them as the source", () => {
    const [finding] = scanned.report.findings.filter(({ id }) => id === "CVE-2099-0012");
    assert.equal(finding?.package, `pkg:generic/node@${process.versions.node}`);
    assert.deepEqual(finding?.evidence[0]?.advisory, "BIT-node-2099-0012");
    assert.equal(finding?.evidence[0]?.key, "generic/node");
  });

  test("scan says of Python what Python says", {
    skip: python === undefined ? "needs python3.11" : false,
  }, async () => {
    const said = (await tool(python ?? "", ["--version"])).trim().replace("Python ", "");
    assert.equal(row("python")?.version, said);
  });

  test("scan reads a JDK's release and leaves out what nobody speaks of", {
    skip: java === undefined ? "needs Temurin" : false,
  }, () => {
    assert.match(row("eclipse-temurin")?.version ?? "", /^25\./u);
    const skipped = scanned.report.coverage.skipped.find(({ code }) => code === "unwatched-program");
    assert.match(skipped?.packages.join() ?? "", /^pkg:generic\/eclipse-temurin@25/u);
    assert.ok(!unowned().includes("opt/java/openjdk/bin/java"));
  });

  test("scan holds programs of runtimes for owned, and no others", () => {
    assert.deepEqual(
      unowned().filter((path) => path.startsWith("usr/local/bin/")),
      ["usr/local/bin/tool"],
    );
  });

  const unowned = () => scanned.report.coverage.unownedExecutables.map(({ path }) => path);

  test("scan tells of the operating system when it ends, and of a directory no age", () => {
    const { os, created, ageDays, packages, base, today } = scanned.report.currency;
    assert.deepEqual(
      [os?.id, os?.release, os?.endOfLife, os?.ended, today],
      ["debian", "12", "2099-12-31", false, "2026-01-01"],
    );
    assert.deepEqual([created, ageDays, packages, base], [null, null, null, null]);
  });
});
