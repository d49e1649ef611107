import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckPlan, checkedImage } from "../../../tests/support/checked.ts";
import { npmPackage, program } from "../../../tests/support/distro-files.ts";
import { file, gone } from "../../../tests/support/image.ts";
import type { CheckOptions } from "../../core/check.ts";
import type { TarItem } from "../../formats/tar-write.ts";

// What an option changes, through the reading of a scan: said with its default, and with it.

type Row = readonly [id: string, options: CheckOptions, plan: CheckPlan, usual: string, set: string];

const files = (...items: readonly TarItem[]): CheckPlan => ({ layers: [{ items }] });
const exposing = (...ports: readonly string[]): CheckPlan => {
  return {
    layers: [{ items: [] }],
    config: { ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])) },
  };
};
const based = (name: string): CheckPlan => {
  return { layers: [{ items: [] }], config: { Labels: { "org.opencontainers.image.base.name": name } } };
};
const text = (path: string, bytes: number): TarItem => file(path, "x".repeat(bytes));
const shells = files(program("bin/bash"), program("opt/bin/sh"));
const wasted: CheckPlan = {
  layers: [{ items: [text("a", 2_000_000)] }, { items: [gone("a"), text("b", 98)] }],
};
const dated = (mtime: number): CheckPlan => {
  const item: TarItem = { kind: "file", path: "f", data: Buffer.from("1"), mtime };
  return { layers: [{ items: [item] }], created: "2025-01-01T00:00:00Z" };
};

const rows: readonly Row[] = [
  ["SW-IM-004", { allowed: ["bash"] }, shells, "shells can be run: bash, sh", "shells can be run: sh"],
  ["SW-IM-004", { allowed: ["/opt/"] }, shells, "shells can be run: bash, sh", "shells can be run: bash"],
  [
    "SW-IM-024",
    { allowed: ["/usr/bin/su"] },
    files({ ...program("usr/bin/su"), mode: 0o4755 }),
    "programs run as root, whoever starts them: su",
    "",
  ],
  [
    "SW-IM-026",
    { allowed: ["/data/"] },
    files({ ...file("data/a", "1"), mode: 0o666 }),
    "everybody may write to files",
    "",
  ],
  [
    "SW-IM-002",
    { bytes: 100 },
    files(text("var/cache/apt/pkgcache.bin", 99)),
    "apt's lists and caches are in the image",
    "",
  ],
  ["SW-IM-017", { bytes: 100 }, files(text("root/.cache/pip/x", 99)), "the cache of pip is in the image", ""],
  [
    "SW-IM-015",
    { bytes: 100 },
    files(text("usr/share/man/man1/x.1", 100)),
    "",
    "documentation is in the image",
  ],
  [
    "SW-IM-074",
    { headers: 1 },
    files(file("usr/include/x.h", "1")),
    "",
    "headers of libraries are in the image",
  ],
  [
    "SW-IM-031",
    { ports: ["3389"] },
    exposing("22/tcp", "3389/tcp", "3389/udp"),
    "port 22 (SSH) is exposed",
    "port 3389 is exposed",
  ],
  [
    "SW-IM-033",
    { allowed: ["1000"] },
    files(file("etc/passwd", "root:x:0:0::/:\n"), { ...file("a", "1"), uid: 1000, gid: 1000 }),
    "user 1000 is not known and owns files",
    "",
  ],
  [
    "SW-IM-062",
    { tags: ["edge"] },
    based("alpine:edge"),
    "",
    "the base image is docker.io/library/alpine:edge",
  ],
  ["SW-IM-062", { tags: [] }, based("alpine"), "the base image is docker.io/library/alpine:latest", ""],
  ["SW-IM-065", { least: 3_000_000 }, wasted, "0.0 % of 2.0 MB shipped are visible in the end", ""],
  ["SW-IM-065", { efficiency: 0 }, wasted, "0.0 % of 2.0 MB shipped are visible in the end", ""],
  [
    "SW-IM-066",
    { days: 400 },
    dated(1_767_225_600),
    "files are of up to 2026-01-01, the image of 2025-01-01",
    "",
  ],
  [
    "SW-IM-067",
    { allowed: ["/app/tool"] },
    files(npmPackage("a", "1.0.0"), program("app/tool")),
    "no package owns executables",
    "",
  ],
];
for (const [id, options, plan, usual, set] of rows)
  test(`${id} goes by ${JSON.stringify(options)}`, async () => {
    const said = async (settings: CheckPlan["settings"] = {}): Promise<string> => {
      const found = await checkedImage({ ...plan, settings });
      return found.flatMap((one) => (one.id === id ? [one.message] : [])).join("; ");
    };
    assert.deepEqual([await said(), await said({ [id]: { options } })], [usual, set]);
  });
