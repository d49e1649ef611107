import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { copyCheckout, olderNode, skipWithoutGit } from "../support/checkout.ts";
import { type Outcome, run } from "../support/scratch.ts";

// What a newcomer does first: bin/seaworthy in a bare clone, with whatever Node >= 20 the machine has.

const old = olderNode();
const node = old?.program ?? process.execPath;
const skip = skipWithoutGit();

function command(checkout: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const path = `${dirname(node)}:${process.env["PATH"]}`;
  return run(node, [join(checkout, "bin/seaworthy"), ...args], {
    env: { ...process.env, PATH: path, ...env },
  });
}

const reached = /usage: run command "sail": no such command/u;

test(`bin/seaworthy installs once when two first runs start together (${old?.version ?? "pinned Node"})`, {
  skip,
}, async () => {
  const checkout = copyCheckout({ withPackages: false });
  const runs = await Promise.all([command(checkout, ["sail"]), command(checkout, ["sail"])]);
  for (const { code, stdout, stderr } of runs) {
    assert.match(stderr, reached);
    assert.deepEqual([code, stdout], [2, ""]);
  }
  const installs = runs.filter(({ stderr }) => stderr.includes("installing its packages"));
  assert.equal(installs.length, 1);

  const again = await command(checkout, ["sail"]);
  assert.doesNotMatch(again.stderr, /first use/u);
  await repairsHalfInstall(checkout);
});

async function repairsHalfInstall(checkout: string): Promise<void> {
  // npm writes this file last: without it, an install broke off.
  rmSync(join(checkout, "node_modules/.package-lock.json"));
  rmSync(join(checkout, "node_modules/undici"), { recursive: true });
  writeFileSync(join(checkout, ".cache/install.lock"), "elsewhere 1 1");
  utimesSync(join(checkout, ".cache/install.lock"), 0, 0);
  const repaired = await command(checkout, ["sail"]);
  assert.match(repaired.stderr, reached);
  assert.ok(existsSync(join(checkout, "node_modules/undici/package.json")));
  assert.ok(!existsSync(join(checkout, ".cache/install.lock")));
}

test("bin/seaworthy runs after an install without install scripts", { skip }, async () => {
  const checkout = copyCheckout({ withPackages: false });
  const first = await command(checkout, ["sail"], { npm_config_ignore_scripts: "true" });
  assert.match(first.stderr, reached);
});

test("bin/seaworthy says in one line that npm is missing", { skip }, async () => {
  const checkout = copyCheckout({ withPackages: false });
  const { code, stderr } = await command(checkout, ["sail"], { PATH: "/nonexistent" });
  assert.equal(code, 2);
  assert.match(stderr, /source-unavailable: run "npm": ENOENT \(install Node with npm\)\n$/u);
});

test("bin/seaworthy passes SIGINT on and ends with 130", { skip }, async () => {
  const checkout = copyCheckout({ withPackages: true });
  const child = spawn(node, [join(checkout, "bin/seaworthy"), "explain", "purl"], { stdio: "pipe" });
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
  child.stdin.write("pkg:npm/lodash@4.17.21\n");
  await Promise.race([ended, new Promise((resolve) => child.stdout.once("data", resolve))]);
  child.kill("SIGINT");
  assert.equal(await Promise.race([ended, wait(20_000, "still running", { ref: false })]), 130);
});

test("bin/seaworthy survives a reader that leaves early", { skip }, async () => {
  const checkout = copyCheckout({ withPackages: true });
  const lines = "pkg:npm/lodash@4.17.21\n".repeat(20_000);
  const script = `"$0" "$1" explain purl | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const args = ["-c", script, node, join(checkout, "bin/seaworthy")];
  const { stdout, stderr } = await run("bash", args, { stdin: lines });
  assert.equal(stderr, "");
  assert.match(stdout, /^\{.*"lodash".*\}\n141\n$/u);
});
