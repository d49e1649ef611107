import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { dirname, join } from "node:path";
import { before, suite, test } from "node:test";
import { copyCheckout, olderNode, skipWithoutGit } from "../support/checkout.ts";
import { file, gone, writeLayout } from "../support/image.ts";
import { writeMirror } from "../support/mirror.ts";
import { cleanEnvironment, type Outcome, run, scratch, seaworthy, tool } from "../support/scratch.ts";

// The package as npm publishes it: packed from a checkout, installed globally from the tarball, run compiled.

const skip = skipWithoutGit();
const old = olderNode();
let installed = "";

suite("the published package", () => {
  before(
    async () => {
      if (skip !== false) return;
      const checkout = copyCheckout({ withPackages: true });
      const prefix = scratch("prefix");
      const env = { ...process.env, npm_config_local_prefix: undefined };
      const packed = await tool("npm", ["pack", "--silent", "--pack-destination", prefix], {
        cwd: checkout,
        env,
      });
      const tarball = packed.trim().split("\n").at(-1) ?? "";
      await tool("npm", ["install", "--global", "--silent", "--prefix", prefix, join(prefix, tarball)], {
        cwd: prefix,
        env,
      });
      installed = join(prefix, "bin/seaworthy");
    },
    { timeout: 300_000 },
  );

  function command(node: string, args: readonly string[]): Promise<Outcome> {
    const path = `${dirname(node)}:${process.env["PATH"]}`;
    return run(node, [installed, ...args], { env: { ...cleanEnvironment(), PATH: path } });
  }

  for (const node of [process.execPath, ...(old === undefined ? [] : [old.program])])
    test(`the installed package runs under ${node === process.execPath ? process.version : old?.version}`, {
      skip,
    }, async () => {
      const version = await command(node, ["--version"]);
      assert.match(version.stdout, /^seaworthy \d+\.\d+\.\d+\n$/u);
      assert.deepEqual([version.code, version.stderr], [0, ""]);

      // Both kinds of worker thread run compiled: the one that builds a database, and the one that reads layers.
      const db = join(scratch("db"), "advisories.db");
      const updated = await command(node, ["db", "update", "--from", await testMirror(), "--db", db]);
      assert.equal(updated.code, 0, updated.stderr);
      const args = ["scan", "--db", db, "--format", "json", `oci:${smallImage()}`];
      const compiled = await command(node, args);
      const fromSource = await seaworthy(args);
      assert.equal(compiled.stdout, fromSource.stdout, compiled.stderr);
      assert.equal(compiled.code, fromSource.code);
      assert.doesNotMatch(compiled.stderr, /Warning/u);
      assert.match(compiled.stdout, /"pkg:npm\/lodash@4\.17\.4"/u);
    });

  let image: string | undefined;
  function smallImage(): string {
    image ??= writeLayout(scratch("image"), {
      layers: [
        { items: [file("app/node_modules/lodash/package.json", '{"name":"lodash","version":"4.17.4"}')] },
        {
          items: [
            file("app/node_modules/ejs/package.json", '{"name":"ejs","version":"2.7.4"}'),
            file("noise", noise(3 << 20)),
          ],
          compression: "zstd",
        },
        { items: [gone("app/node_modules/ejs")], compression: "none" },
      ],
    });
    return image;
  }
});

let mirror: string | undefined;
async function testMirror(): Promise<string> {
  if (mirror === undefined) {
    mirror = scratch("mirror");
    await writeMirror(mirror);
  }
  return mirror;
}

// Nothing compresses it: a layer of under 2 MiB is read without a thread.
function noise(size: number): Uint8Array {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(size));
}
