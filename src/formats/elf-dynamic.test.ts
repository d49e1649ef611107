import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { needs } from "../../tests/support/needs.ts";
import { scratch, tool } from "../../tests/support/scratch.ts";
import { readElfDynamic } from "./elf-dynamic.ts";
import { accessBytes } from "./random-access.ts";

const skip = needs("gcc");

const source = `
#include <dlfcn.h>
#include <stdlib.h>
const char *path = "/etc/ssl/certs:/usr/share/misc/magic";
int main(int argc, char **argv) {
  void *one = dlopen("libexample.so.3", RTLD_NOW);
  void *two = dlopen("plugins/engine.so", RTLD_NOW);
  return (one == two) + system(argv[argc - 1]) + (path == argv[0]);
}
`;

suite("readElfDynamic()", { skip }, () => {
  async function build(...options: readonly string[]): Promise<Uint8Array> {
    const dir = scratch("elf");
    writeFileSync(join(dir, "a.c"), source);
    await tool("gcc", ["-O1", "-o", join(dir, "a"), join(dir, "a.c"), ...options]);
    return readFileSync(join(dir, "a"));
  }

  test("reads what the linker wrote", async () => {
    const bytes = await build("-Wl,-rpath,$ORIGIN/../lib:/opt/lib", "-Wl,--enable-new-dtags");
    const facts = readElfDynamic(accessBytes(bytes));
    assert.match(facts?.interpreter ?? "", /^\/lib.*ld-linux/u);
    assert.ok(facts?.needed.includes("libc.so.6"), facts?.needed.join());
    assert.deepEqual(facts?.runpath, ["$ORIGIN/../lib", "/opt/lib"]);
    assert.deepEqual(facts?.rpath, []);
    for (const name of ["libexample.so.3", "engine.so", "/etc/ssl/certs", "/usr/share/misc/magic"])
      assert.ok(facts?.names.includes(name), `${name} in ${facts?.names.join()}`);
    assert.deepEqual([facts?.loads, facts?.shell, facts?.runs], [true, true, false]);
  });

  test("tells an old RPATH from a RUNPATH, and a library's soname", async () => {
    const old = await build("-Wl,-rpath,/opt/lib", "-Wl,--disable-new-dtags");
    assert.deepEqual(readElfDynamic(accessBytes(old))?.rpath, ["/opt/lib"]);
    const library = await build("-shared", "-fPIC", "-Wl,-soname,libx.so.1");
    const facts = readElfDynamic(accessBytes(library));
    assert.deepEqual([facts?.soname, facts?.interpreter], ["libx.so.1", undefined]);
  });

  test("has neither loader nor libraries for a static program", async () => {
    const facts = readElfDynamic(accessBytes(await build("-static")));
    assert.deepEqual([facts?.interpreter, facts?.needed], [undefined, []]);
  });

  test("answers for damaged bytes without throwing, in time", async () => {
    const sound = await build();
    for (let cut = 0; cut < sound.length; cut += 97) readElfDynamic(accessBytes(sound.subarray(0, cut)));
    for (let at = 0; at < 900; at += 1) {
      const bytes = Uint8Array.from(sound);
      bytes[at] = 0xff;
      readElfDynamic(accessBytes(bytes));
    }
  });
});

test("readElfDynamic() bounds the names of a file that is one long list of them", () => {
  const head = new Uint8Array(64 + 56);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(head.buffer);
  view.setUint16(16, 3, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  const body = Buffer.from(Array.from({ length: 200_000 }, (_, index) => `/usr/${index}\0`).join(""));
  view.setUint32(64, 1, true);
  view.setBigUint64(72, 120n, true);
  view.setBigUint64(96, BigInt(body.length), true);
  const facts = readElfDynamic(accessBytes(Buffer.concat([head, body])));
  assert.equal(facts?.names.length, 4000);
});

test("readElfDynamic() is undefined for what is no ELF file", () => {
  for (const bytes of [new Uint8Array(), Buffer.from("#!/bin/sh\n"), Buffer.from("\x7fELF")])
    assert.equal(readElfDynamic(accessBytes(bytes)), undefined);
});
