import assert from "node:assert/strict";
import { test } from "node:test";
import type { PackageRepository } from "../core/package-repository.ts";
import { readApkRepositories, readAptList, readAptStanzas } from "./apt-sources.ts";

const shown = (repositories: readonly PackageRepository[]) =>
  repositories.map((one) => {
    switch (one.kind) {
      case "apt":
        return [one.uri, one.suite, ...one.components, one.architectures?.join("|") ?? ""].join(" ").trim();
      case "apk":
        return one.uri;
      case "unread":
        return `not ${one.text}`;
    }
  });

const lists: readonly (readonly [text: string, found: readonly string[]])[] = [
  ["deb http://m.example/debian bookworm main contrib\n", ["http://m.example/debian bookworm main contrib"]],
  [
    "deb [ arch=amd64 signed-by=/k.gpg ] https://m.example/x/ stable main # why",
    ["https://m.example/x stable main amd64"],
  ],
  ["# deb http://m.example a b\ndeb-src http://m.example a b\n\n", []],
  ["deb http://m.example/flat ./\n", ["http://m.example/flat"]],
  ["deb http://m.example/flat sub/", ["http://m.example/flat sub/"]],
  ["deb [enabled=no] http://m.example a b", []],
  ["deb [trusted=yes enabled=False] http://m.example a b", []],
  ["deb [arch=arm64,armhf lang=none] http://m.example a b", ["http://m.example a b arm64|armhf"]],
  ["deb http://m.example/flat $(ARCH)/", ["http://m.example/flat $(ARCH)/"]],
  ["deb mirror+file:/etc/apt/mirrors.txt a b", ["not deb mirror+file:/etc/apt/mirrors.txt a b"]],
  ["deb ftp://u:pw@m.example a b", ["not deb ftp://…@m.example a b"]],
  ["deb https://u:pw@m.example/$RELEASE a b", ["not deb https://…@m.example/$RELEASE a b"]],
  ["deb file:/srv/x a b\ndeb cdrom:[x]/ a b", ["not deb file:/srv/x a b", "not deb cdrom:[x]/ a b"]],
  ["deb http://m.example ../../etc main", ["not deb http://m.example ../../etc main"]],
  ["deb http://m.example a $(x)", ["not deb http://m.example a $(x)"]],
  ["deb http://m.example a", ["not deb http://m.example a"]],
  ["nonsense", ["not nonsense"]],
];
for (const [text, found] of lists)
  test(`readAptList() reads ${JSON.stringify(text)}`, () =>
    assert.deepEqual(shown(readAptList(text)), found));

const stanzas: readonly (readonly [text: string, found: readonly string[]])[] = [
  [
    "Types: deb deb-src\n# a comment\nURIs: http://m.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /k\n",
    ["http://m.example/debian bookworm main", "http://m.example/debian bookworm-updates main"],
  ],
  [
    "Types: deb\nURIs: http://a.example\n http://b.example\nSuites: ./",
    ["http://a.example", "http://b.example"],
  ],
  ["Types: deb\nEnabled: false\nURIs: http://m.example\nSuites: s\nComponents: main", []],
  [
    "Types: deb\nURIs: http://m.example\nSuites: s\nComponents: c\nArchitectures: arm64 armhf\n",
    ["http://m.example s c arm64|armhf"],
  ],
  ["Types: deb-src\nURIs: http://m.example\nSuites: s\nComponents: main", []],
  ["Types: deb\nEnabled: no\nURIs: http://m.example\nSuites: s\nComponents: main", []],
  [
    " broken\n\nTypes: deb\nURIs: http://m.example\nSuites: s\nComponents: c\n",
    ["not stanza at line 1: line 1 continues no field", "http://m.example s c"],
  ],
  ["", []],
];
for (const [text, found] of stanzas)
  test(`readAptStanzas() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(shown(readAptStanzas(Buffer.from(text))), found);
  });

test("readApkRepositories() reads addresses, and leaves out tagged ones", () => {
  const text =
    "https://m.example/alpine/v3.18/main\n#http://x\n@edge https://m.example/edge/main\nhttps://u:pw@m.example/${v}/main\n/media/cdrom/apks\n";
  assert.deepEqual(shown(readApkRepositories(text)), [
    "https://m.example/alpine/v3.18/main",
    "not https://…@m.example/${v}/main",
    "not /media/cdrom/apks",
  ]);
});

test("readAptList() keeps no more than 200 repositories", () => {
  assert.equal(readAptList("deb http://m.example a b\n".repeat(500)).length, 200);
});
