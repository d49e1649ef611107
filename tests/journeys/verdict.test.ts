import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { z } from "zod";
import { readReport } from "../../src/reports/read-json.ts";
import { npmPackage } from "../support/distro-files.ts";
import { writeLayout } from "../support/image.ts";
import { writeMirror } from "../support/mirror.ts";
import { needs } from "../support/needs.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { testDatabase } from "../support/scan.ts";
import { type Outcome, scratch, seaworthy, tool } from "../support/scratch.ts";
import { keyPair } from "../support/sigstore.ts";

// From a scan to its attested verdict, and to the day when somebody makes it again.

const skip = needs("docker-registry", "skopeo", "openssl");
const dir = scratch("verdict");
const path = (name: string): string => join(dir, name);
const now = "1767225600"; // 2026-01-01
const yearsLater = "1893456000"; // 2030-01-01

function imageOf(lodash: string): string {
  return writeLayout(scratch("image"), {
    layers: [{ items: [npmPackage("lodash", lodash), npmPackage("minimist", "1.2.0")] }],
  });
}

async function push(layout: string, reference: string): Promise<string> {
  const copy = ["copy", "--quiet", "--insecure-policy", "--preserve-digests", "--dest-tls-verify=false"];
  await tool("skopeo", [...copy, `oci:${layout}:t`, `docker://${reference}`]);
  return reference;
}

function run(epoch: string, ...args: readonly string[]): Promise<Outcome> {
  return seaworthy(args, { cwd: dir, env: { SOURCE_DATE_EPOCH: epoch } });
}

async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(now, ...args);
  assert.deepEqual([code, stderr], [0, ""], stdout);
  return stdout;
}

const answer = z.object({
  signature: z.object({ state: z.string() }),
  same: z.boolean(),
  inputs: z.array(z.object({ what: z.string() })),
  recorded: z.object({ decision: z.string() }),
  now: z.object({ decision: z.string() }),
});

interface Replayed {
  readonly code: number | null;
  readonly changed: readonly string[];
  readonly signature: string;
  readonly decisions: readonly string[];
}

async function replay(epoch: string, ...args: readonly string[]): Promise<Replayed> {
  const given = args.includes("--db") ? [] : ["--db", await testDatabase()];
  const { code, stdout, stderr } = await run(epoch, "verdict", "replay", "-f", "json", ...given, ...args);
  assert.equal(stderr, "");
  const { same, inputs, signature, recorded, now: after } = answer.parse(JSON.parse(stdout));
  assert.equal(code, same ? 0 : 1);
  const changed = inputs.map(({ what }) => what);
  return { code, changed, signature: signature.state, decisions: [recorded.decision, after.decision] };
}

function vex(vulnerability: string): string {
  return JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.com/vex/1",
    author: "Example",
    timestamp: "2025-12-01T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: vulnerability },
        products: [{ "@id": "pkg:npm/minimist@1.2.0" }],
        status: "not_affected",
        justification: "vulnerable_code_not_in_execute_path",
      },
    ],
  });
}

// The same advisories, but another one is known to be exploited.
async function otherDatabase(): Promise<string> {
  const mirror = path("mirror");
  await writeMirror(mirror);
  const kev = join(mirror, "www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json");
  writeFileSync(kev, readFileSync(kev, "utf8").replaceAll("CVE-2099-0001", "CVE-2099-0002"));
  const { code, stderr } = await run(now, "db", "update", "--from", mirror, "--db", path("other.db"));
  assert.equal(code, 0, stderr);
  return path("other.db");
}

suite("verdicts", { skip }, () => {
  let registry: Registry;
  let reference = "";
  before(async () => {
    registry = await startRegistry();
    reference = await push(imageOf("4.17.4"), `${registry.host}/fleet/app:1`);
    await tool("openssl", ["ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", path("ours.key")]);
    await tool("openssl", ["ec", "-in", path("ours.key"), "-pubout", "-out", path("ours.pub")]);
    writeFileSync(path("theirs.pub"), keyPair().pem);
    const scanned = await run(now, "scan", reference, "--db", await testDatabase(), "-f", "verdict=v.json");
    assert.deepEqual([scanned.code, scanned.stderr], [1, ""]);
  });
  after(() => registry.close());

  test("a verdict is attested, verified and made again bit for bit, also years later", async () => {
    const say = ["--type", "verdict", "--predicate", "v.json", "--key", "ours.key"];
    await done("attest", reference, ...say, "--attach", "--bundle", "v.bundle");
    await done("verify", reference, "--type", "verdict", "--key", "ours.pub");
    const same = { code: 0, changed: [], decisions: ["fail", "fail"] };
    assert.deepEqual(await replay(now, "v.json"), { ...same, signature: "none" });
    const key = ["--key", "ours.pub"];
    const later = await Promise.all([
      replay(yearsLater, "v.json"),
      replay(yearsLater, "v.bundle"),
      replay(yearsLater, "v.bundle", ...key),
      replay(yearsLater, "attested", reference, ...key),
    ]);
    const states = ["none", "unverified", "verified", "verified"];
    assert.deepEqual(
      later,
      states.map((signature) => ({ ...same, signature })),
    );
    const shown = await run(now, "verdict", "replay", "v.bundle", "--db", await testDatabase());
    assert.equal(shown.code, 0);
    assert.match(shown.stdout, /^v\.bundle {2}signed, but not verified: no --key was given\n/u);
    assert.match(shown.stdout, /\nSAME {2}bit for bit: fail\n$/u);
  });

  test("each changed input is named", async () => {
    writeFileSync(path("vex.json"), vex("CVE-2099-0002"));
    writeFileSync(
      path("e.yaml"),
      "exceptions:\n  - {id: CVE-2099-0002, justification: risk_accepted, reason: r, owner: o, created: 2025-12-31, expires: 2026-03-01}\n",
    );
    const moved = await push(imageOf("4.17.21"), `${registry.host}/fleet/moved:1`);
    const rows: readonly (readonly [args: readonly string[], changed: readonly string[]])[] = [
      [["--db", await otherDatabase()], ["advisory database"]],
      [["--policy", "starter"], ["policy"]],
      [["--fail-on", "critical"], ["policy"]],
      [["--exceptions", "e.yaml"], ["exceptions"]],
      [["--vex", "vex.json"], ["VEX statements"]],
      [[moved], ["image", "packages"]],
      [
        ["--exceptions", "e.yaml", "--vex", "vex.json", "--policy", "strict"],
        ["policy", "exceptions", "VEX statements"],
      ],
    ];
    await Promise.all(
      rows.map(async ([args, changed]) =>
        assert.deepEqual((await replay(now, "v.json", ...args)).changed, changed, args.join(" ")),
      ),
    );
    const shown = await run(now, "verdict", "replay", "v.json", moved, "--db", await testDatabase());
    assert.match(
      shown.stdout,
      /\nchanged {2}image: recorded sha256:[0-9a-f]{64}, now sha256:[0-9a-f]{64}\n/u,
    );
    assert.match(shown.stdout, /\nDIFFERENT {2}now fail\n$/u);
  });

  test("a tag that has moved leads to the recorded image all the same", async () => {
    const tagged = await push(imageOf("4.17.4"), `${registry.host}/fleet/again:1`);
    await run(now, "scan", tagged, "--db", await testDatabase(), "-f", "verdict=again.json");
    await push(imageOf("4.17.21"), tagged);
    assert.equal((await replay(now, "again.json")).code, 0);
    assert.deepEqual((await replay(now, "again.json", tagged)).changed, ["image", "packages"]);
  });

  test("a recorded day that was changed is a bad signature", async () => {
    const bundle = JSON.parse(readFileSync(path("v.bundle"), "utf8"));
    const payload = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString();
    const other = payload.replace('"day": "2026-01-01"', '"day": "2025-01-01"');
    assert.notEqual(other, payload);
    bundle.dsseEnvelope.payload = Buffer.from(other).toString("base64");
    writeFileSync(path("tampered"), JSON.stringify(bundle));
    const rows: readonly (readonly [file: string, key: string])[] = [
      ["tampered", "ours.pub"],
      ["v.bundle", "theirs.pub"],
    ];
    for (const [file, key] of rows) {
      const refused = await run(now, "verdict", "replay", file, "--key", key);
      assert.equal(refused.code, 2);
      assert.match(
        refused.stderr,
        /^seaworthy: signature-invalid: verify verdict "[^"]+": signature-wrong: /u,
      );
    }
  });

  test("what a scan verified is an input of its verdict", async () => {
    const signed = await push(imageOf("4.17.4"), `${registry.host}/fleet/signed:1`);
    const key = ["--key", "ours.pub"];
    const db = ["--db", await testDatabase()];
    writeFileSync(path("signed.yaml"), "version: 1\nfailOn: never\nsignatures: {absent: fail}\n");
    const policy = ["--policy", "signed.yaml"];
    const reasons = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { code, stdout } = await run(now, "scan", signed, "-f", "json", ...db, ...policy, ...args);
      const report = readReport(stdout, "scan");
      assert.equal(code, { pass: 0, fail: 1, unknown: 3 }[report.verdict.decision]);
      return report.verdict.reasons.map((one) => one.code).filter((one) => one.startsWith("signature-"));
    };
    assert.deepEqual(await reasons(), ["signature-unchecked"]);
    assert.deepEqual(await reasons(...key), ["signature-absent"]);
    await done("sign", signed, "--key", "ours.key", "--attach");
    assert.deepEqual(await reasons(...key), []);
    assert.deepEqual(await reasons("--key", "theirs.pub"), ["signature-invalid"]);
    const given = [...db, ...policy, ...key];
    await run(
      now,
      "scan",
      signed,
      ...given,
      "-f",
      "verdict=s.json",
      "-f",
      "json=report.json",
      "-f",
      "table=t",
    );
    assert.match(readFileSync(path("t"), "utf8"), /^signatures: signature verified \(key ours\.pub\)$/mu);
    assert.equal(
      await done("report", "convert", "report.json", "-f", "verdict"),
      readFileSync(path("s.json"), "utf8"),
    );
    const say = ["--type", "verdict", "--predicate", "s.json", "--key", "ours.key"];
    await done("attest", signed, ...say, "--attach");
    const again = ["s.json", ...policy];
    assert.deepEqual((await replay(yearsLater, ...again, ...key)).changed, []);
    assert.deepEqual((await replay(now, ...again)).changed, ["signatures"]);
    assert.deepEqual((await replay(now, "attested", signed, ...policy, ...key)).code, 0);
  });

  test("VEX that is attested to an image counts when somebody trusted signed it, and only then", async () => {
    const image = await push(imageOf("4.17.21"), `${registry.host}/fleet/vex:1`);
    writeFileSync(path("attested.json"), vex("CVE-2099-0002"));
    const say = ["--type", "https://openvex.dev/ns/v0.2.0", "--predicate", "attested.json"];
    await done("attest", image, ...say, "--key", "ours.key", "--attach");
    const suppressed = async (...args: readonly string[]) => {
      const { stdout } = await run(now, "scan", image, "-f", "json", "--db", await testDatabase(), ...args);
      const { suppressed: list, coverage } = readReport(stdout, "scan");
      const notes = coverage.notes.filter((note) => note.includes("VEX attestation"));
      return [list.map(({ id }) => id), notes.length > 0];
    };
    assert.deepEqual(await suppressed(), [[], false]);
    assert.deepEqual(await suppressed("--key", "theirs.pub"), [[], true]);
    assert.deepEqual(await suppressed("--key", "ours.pub"), [["CVE-2099-0002"], false]);
    const set = await run(
      now,
      "scan",
      "k8s",
      "-f",
      "json",
      "--db",
      await testDatabase(),
      "--key",
      "ours.pub",
      pod(image),
    );
    assert.match(set.stdout, /"kind": "vex"/u);
  });

  test("what cannot be verified, or replayed, is an error", async () => {
    const root = scratch("root");
    cpSync(path("v.json"), join(root, "file"));
    const layout = imageOf("4.17.4");
    const db = ["--db", await testDatabase()];
    await run(now, "scan", `oci:${layout}`, ...db, "-f", "verdict=file.json");
    assert.equal((await replay(now, "file.json", `oci:${layout}`)).code, 0);
    const rows: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
      [
        ["scan", `dir:${root}`, ...db, "--key", "ours.pub"],
        /^seaworthy: usage: .*kept in registries and OCI/u,
      ],
      [["scan", `dir:${root}`, ...db, "-f", "verdict"], /^seaworthy: unsupported: /u],
      [["scan", reference, "--bundle", "v.bundle"], /^seaworthy: usage: .*nobody is trusted/u],
      [["verdict", "replay", "file.json", ...db], /^seaworthy: usage: .*name the image/u],
      [["verdict", "replay", "attested", "--key", "ours.pub"], /^seaworthy: usage: .*needs an image/u],
      [["verdict", "replay", "attested", reference], /^seaworthy: usage: .*needs somebody to trust/u],
      [
        ["verdict", "replay", "attested", reference, "--key", "theirs.pub"],
        /^seaworthy: signature-invalid: .*none is good/u,
      ],
      [["verdict", "replay", "v.json", "--today", "2026-01-01"], /^seaworthy: usage: /u],
      [["verdict", "replay", "ours.pub"], /^seaworthy: malformed: /u],
      [["verdict", "show"], /^seaworthy: usage: /u],
    ];
    await Promise.all(
      rows.map(async ([args, expected]) => {
        const { code, stderr } = await run(now, ...args);
        assert.equal(code, 2, args.join(" "));
        assert.match(stderr.split("\n").find((line) => line.startsWith("seaworthy: ")) ?? "", expected);
      }),
    );
  });
});

function pod(image: string): string {
  const file = path("pod.yaml");
  writeFileSync(
    file,
    `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: "${image}"}]}\n`,
  );
  return file;
}
