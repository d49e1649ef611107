import assert from "node:assert/strict";
import { test } from "node:test";
import {
  baseAddress,
  type ElfPlan,
  firstContent,
  makeElf,
  makeMachO,
  makePe,
} from "../../tests/support/programs.ts";
import { codeOf } from "../core/errors.ts";
import { readPrograms } from "./executable.ts";
import { type GoBuild, readGoBuild } from "./go-buildinfo.ts";
import { parseGoModules } from "./go-modules.ts";
import { accessBytes } from "./random-access.ts";

const mark = "0123456789abcdef";
const list = "path\ta.b/c\nmod\ta.b/c\tv1.0.0\th1:x\ndep\td.e/f\tv2.0.0\th1:y\nbuild\tGOOS=linux\n";
const modules = Buffer.from(`${mark}${list}${mark}`);
const version = Buffer.from("go1.22.1");
const magic = Buffer.from("\xff Go buildinf:", "latin1");

function counted(bytes: Uint8Array): Buffer {
  const length: number[] = [];
  let left = bytes.length;
  for (; left >= 0x80; left = Math.floor(left / 128)) length.push((left % 128) | 0x80);
  return Buffer.concat([Buffer.from([...length, left]), bytes]);
}

/** As Go 1.18 and later write it. */
function inline(texts: readonly Uint8Array[] = [version, modules]): Buffer {
  return Buffer.concat([magic, Buffer.from([8, 2]), Buffer.alloc(16), ...texts.map(counted)]);
}

/** As Go 1.13 to 1.17 write it: pointers to two strings, each an address and a length. `address` is that of the first byte. */
function pointing(address: number, wide: boolean, littleEndian: boolean): Buffer {
  const size = wide ? 8 : 4;
  const strings = 32 + 4 * size;
  const bytes = Buffer.concat([
    magic,
    Buffer.from([size, littleEndian ? 0 : 1]),
    Buffer.alloc(16 + 4 * size),
    version,
    modules,
  ]);
  const put = (offset: number, value: number): void => {
    if (!wide) {
      if (littleEndian) bytes.writeUInt32LE(value, offset);
      else bytes.writeUInt32BE(value, offset);
    } else if (littleEndian) bytes.writeBigUInt64LE(BigInt(value), offset);
    else bytes.writeBigUInt64BE(BigInt(value), offset);
  };
  put(16, address + 32);
  put(16 + size, address + 32 + 2 * size);
  put(32, address + strings);
  put(32 + size, version.length);
  put(32 + 2 * size, address + strings + version.length);
  put(32 + 3 * size, modules.length);
  return bytes;
}

function read(file: Uint8Array): GoBuild | undefined {
  const [image] = readPrograms(accessBytes(file));
  return image === undefined ? undefined : readGoBuild(image);
}

const address = baseAddress + firstContent;
const padded = (before: number, bytes: Uint8Array): Buffer => Buffer.concat([Buffer.alloc(before, 7), bytes]);

const programs: Readonly<Record<string, Uint8Array>> = {
  "section, inline": makeElf([{ name: ".go.buildinfo", bytes: inline(), data: true }]),
  "section with bytes before it": makeElf([
    { name: ".go.buildinfo", bytes: padded(16, inline()), data: true },
  ]),
  "no sections, in the data": makeElf([{ name: ".data", bytes: padded(4096, inline()), data: true }], {
    stripped: true,
  }),
  "no such section, far in the data": makeElf([
    { name: ".data", bytes: padded(3 * 2 ** 20 - 16, inline()), data: true },
  ]),
  "magic alone before it in the data": makeElf([
    { name: ".data", bytes: Buffer.concat([magic, Buffer.alloc(18), inline()]), data: true },
  ]),
  "section of Mach-O": makeMachO({ name: "__go_buildinfo", bytes: inline(), data: true }),
  "data of Mach-O": makeMachO({ name: "__data", bytes: inline(), data: true }),
  "data of PE": makePe({ name: ".data", bytes: inline(), data: true }),
  ...Object.fromEntries(
    [true, false].flatMap((wide) =>
      [true, false].map((littleEndian) => {
        const plan: ElfPlan = { wide, littleEndian };
        const bytes = pointing(address, wide, littleEndian);
        return [
          `pointers of ${wide ? 64 : 32} bits, ${littleEndian ? "little" : "big"}-endian`,
          makeElf([{ name: ".go.buildinfo", bytes, data: true }], plan),
        ] as const;
      }),
    ),
  ),
};

for (const [what, file] of Object.entries(programs))
  test(`readGoBuild() reads a program: ${what}`, () => {
    const build = read(file);
    assert.equal(build?.goVersion, "go1.22.1");
    assert.deepEqual(build.main, { path: "a.b/c", version: "v1.0.0" });
    assert.deepEqual(build.dependencies, [{ path: "d.e/f", version: "v2.0.0" }]);
    assert.deepEqual([...build.settings], [["GOOS", "linux"]]);
  });

test("readGoBuild() answers undefined for programs without it, and for the magic in other data", () => {
  assert.equal(read(makeElf([{ name: ".data", bytes: Buffer.alloc(64), data: true }])), undefined);
  assert.equal(
    read(makeElf([{ name: ".data", bytes: padded(3, inline()), data: true }])),
    undefined,
    "unaligned",
  );
  assert.equal(read(makeElf([{ name: ".text", bytes: inline() }])), undefined, "not data");
  assert.equal(read(makeElf([{ name: ".data", bytes: magic, data: true }])), undefined, "only the magic");
  assert.equal(
    read(makeElf([{ name: ".data", bytes: Buffer.alloc(100_000, magic), data: true }])),
    undefined,
  );
});

test("readGoBuild() reads a program without modules", () => {
  const build = read(
    makeElf([{ name: ".go.buildinfo", bytes: inline([version, Buffer.alloc(0)]), data: true }]),
  );
  assert.equal(build?.goVersion, "go1.22.1");
  assert.equal(build.main, undefined);
});

const broken: Readonly<Record<string, Uint8Array>> = {
  "no magic in the section": Buffer.from("nothing of the kind"),
  "cut in the header": inline().subarray(0, 20),
  "no version": inline([Buffer.alloc(0), modules]),
  "a length of 5 bytes and more": padded(
    0,
    Buffer.concat([magic, Buffer.from([8, 2]), Buffer.alloc(16), Buffer.alloc(9, 0xff)]),
  ),
  "a length of 4 GiB": Buffer.concat([
    magic,
    Buffer.from([8, 2]),
    Buffer.alloc(16),
    Buffer.from([255, 255, 255, 255, 15]),
  ]),
  "pointers of 3 bytes": Buffer.concat([magic, Buffer.from([3, 0]), Buffer.alloc(16)]),
  "pointers to nowhere": Buffer.concat([magic, Buffer.from([8, 0]), Buffer.alloc(16, 0x11)]),
  "pointers to themselves": pointing(address, true, true).fill(0xff, 32, 64),
};

for (const [what, bytes] of Object.entries(broken))
  test(`readGoBuild() refuses a section that it cannot read: ${what}`, () => {
    const file = makeElf([{ name: ".go.buildinfo", bytes, data: true }]);
    assert.throws(() => read(file), { code: "malformed" });
  });

test("readGoBuild() answers or refuses for any cut and any changed byte", () => {
  for (const bytes of [inline(), pointing(address, true, true)]) {
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = 0xff;
      for (const content of [bytes.subarray(0, at), damaged]) {
        try {
          read(makeElf([{ name: ".go.buildinfo", bytes: content, data: true }]));
        } catch (thrown) {
          assert.equal(codeOf(thrown), "malformed");
        }
      }
    }
  }
});

test("parseGoModules() joins replacements to the module before", () => {
  const text =
    "mod\tm\t(devel)\t\n=>\t./x\t\t\ndep\ta\tv1\th\n=>\tb\tv2\th\ndep\tc\tv3\th\ndep\td\tv4\th\n=>\t../fork\t(devel)\t\n";
  assert.deepEqual(parseGoModules(text), {
    main: { path: "m", version: "(devel)", replacedBy: { path: "./x", version: "" } },
    dependencies: [
      { path: "a", version: "v1", replacedBy: { path: "b", version: "v2" } },
      { path: "c", version: "v3" },
      { path: "d", version: "v4", replacedBy: { path: "../fork", version: "(devel)" } },
    ],
    settings: new Map(),
  });
});

test("parseGoModules() takes quotes off settings", () => {
  const text = 'build\t-ldflags="-s -X \\"main.v=1\\""\nbuild\tA=`x y`\nbuild\tB=\nbuild\t=x\nbuild\tC="\n';
  assert.deepEqual(
    [...parseGoModules(text).settings],
    [
      ["-ldflags", '-s -X "main.v=1"'],
      ["A", "x y"],
      ["B", ""],
      ["C", '"'],
    ],
  );
});

const hostile: readonly (readonly [what: string, text: string])[] = [
  ["nothing", ""],
  ["a million lines", "dep\ta\tv1\n".repeat(1_000_000)],
  ["a million replacements", "=>\ta\tv1\n".repeat(1_000_000)],
  ["a million tabs", `dep${"\t".repeat(1_000_000)}`],
  ["a million settings", Array.from({ length: 1_000_000 }, (_, index) => `build\tK${index}=v\n`).join("")],
  ["names of members of objects", "build\t__proto__=x\ndep\tconstructor\tv1\n"],
];

for (const [what, text] of hostile)
  test(`parseGoModules() is bounded for ${what}`, () => {
    const { dependencies, settings } = parseGoModules(text);
    assert.ok(dependencies.length <= 100_000 && settings.size <= 1000);
  });
