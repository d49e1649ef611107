import assert from "node:assert/strict";
import { test } from "node:test";
import { treeOf } from "../../tests/support/manifests.ts";
import { interpolate, parseDotEnv } from "./compose-variables.ts";
import { findImages } from "./list.ts";

type Files = Readonly<Record<string, string>>;
const rows: readonly (readonly [
  what: string,
  files: Files,
  images: readonly string[],
  gaps?: readonly string[],
  notes?: readonly string[],
])[] = [
  [
    "services",
    { "compose.yaml": "services:\n  a: {image: a:1}\n  b: {image: b:1, profiles: [dev]}\n" },
    ["a:1", "b:1"],
  ],
  ["a file of any name", { "deploy/stack.yml": "name: x\nservices: {a: {image: 'a:1'}}\n" }, ["a:1"]],
  ["a default", { "compose.yaml": "services: {a: {image: 'a:${TAG:-1.0}'}}\n" }, ["a:1.0"]],
  [
    "the .env beside it",
    { "c/compose.yaml": "services: {a: {image: 'a:${TAG:-1.0}'}}\n", "c/.env": "TAG=2\n" },
    ["a:2"],
  ],
  [
    "a variable without a value",
    { "compose.yaml": "services: {a: {image: 'a:$TAG'}}\n" },
    [],
    ["image-unresolved"],
  ],
  [
    "a build",
    { "compose.yaml": "services:\n  a: {build: ., image: a:1}\n  b: {image: b:1}\n" },
    ["b:1"],
    [],
    ['compose.yaml:2: service "a" is built, not pulled: its image was not scanned'],
  ],
  [
    "a service that extends",
    { "compose.yaml": "services:\n  a: {image: a:1}\n  b: {extends: a}\n" },
    ["a:1"],
  ],
  [
    "a service that extends one of another file",
    {
      "compose.yaml": "services:\n  b: {extends: {service: a, file: ../x/y.yaml}}\n".replace(
        "../x/y.yaml",
        "y.yaml",
      ),
      "y.yaml": "services:\n  a: {image: a:1}\n",
    },
    ["a:1"],
  ],
  [
    "a service that extends what is not there",
    { "compose.yaml": "services: {b: {extends: {service: a, file: y.yaml}}}\n" },
    [],
    ["source-absent"],
  ],
  [
    "a service that extends itself",
    { "compose.yaml": "services: {b: {extends: b}}\n" },
    [],
    ["image-unresolved"],
  ],
  [
    "an override",
    {
      "docker-compose.yml": "services:\n  a: {image: a:1}\n  b: {image: b:1}\n",
      "docker-compose.override.yml": "services:\n  a: {image: a:2}\n  c: {image: c:1}\n",
    },
    ["a:2", "b:1", "c:1"],
  ],
  [
    "included files, with the variables beside them, each once",
    {
      "compose.yaml": "include: [more/compose.yaml, {path: [x/other, ./x/other]}, compose.yaml]\n",
      "more/compose.yaml": 'include: [../x/other]\nservices: {a: {image: "a:$V"}}\n',
      "more/.env": "V=7\n",
      "x/other": "services: {b: {image: b:1}}\n",
    },
    ["a:7", "b:1"],
  ],
  [
    "an included file that is not there, or far away",
    { "compose.yaml": "include: [none.yaml, 'https://x.example/y.git']\nservices: {a: {image: a:1}}\n" },
    ["a:1"],
    ["source-absent", "source-absent"],
  ],
  ["anchors", { "compose.yaml": "x-a: &a\n  image: a:1\nservices:\n  b:\n    <<: *a\n" }, ["a:1"]],
  ["a broken file", { "compose.yaml": "services:\n  a: {image: a:1\n" }, [], ["manifest-unreadable"]],
];
for (const [what, files, images, gaps = [], notes = []] of rows)
  test(`findImages() reads of Compose ${what}`, () => {
    const found = findImages(treeOf(files), []);
    assert.deepEqual(
      found.images.map(({ reference }) => reference),
      images,
    );
    assert.deepEqual(
      found.gaps.map(({ code }) => code),
      gaps,
    );
    assert.deepEqual(found.notes, notes);
  });

test("findImages() passes over includes of files that are not Compose's", () => {
  const found = findImages(
    treeOf({ ".gitlab-ci.yml": "include: [x.yml]\n", "a.yaml": "services: {a: {image: a:1}}\n" }),
    [],
  );
  assert.deepEqual(found.gaps, []);
});

test("findImages() tells of variables that cannot be read", () => {
  const tree = treeOf({ "compose.yaml": 'services: {a: {image: "a:$V"}}\n', ".env": "" });
  const read = (path: string): string => (path === ".env" ? assert.fail("no such sector") : tree.read(path));
  const [gap] = findImages({ ...tree, read }, []).gaps;
  assert.deepEqual([gap?.code, gap?.file, gap?.message], ["manifest-unreadable", ".env", "no such sector"]);
});

test("findImages() tells what changed a service's image", () => {
  const found = findImages(
    treeOf({
      "compose.yaml": "services:\n  a: {image: a:1}\n",
      "compose.override.yaml": "services:\n  a: {image: a:2}\n",
    }),
    [],
  );
  assert.deepEqual(
    found.images[0]?.uses.map(({ file, name, written, via }) => [file, name, written, via]),
    [["compose.yaml", "a", "a:1", "compose.override.yaml"]],
  );
});

const variables = parseDotEnv(
  "A=1\nexport B = 'two words' # c\nEMPTY=\nC=3 # c\n#D=4\nbad line\n1X=2\r\nE=\"5\"\r\n",
);
const texts: readonly (readonly [text: string, filled: string | undefined])[] = [
  ["a:$A", "a:1"],
  ["a:${A}-x", "a:1-x"],
  ["${B}", "two words"],
  ["${C}${E}", "35"],
  ["$$A", "$A"],
  ["${X:-d}", "d"],
  ["${X-d}", "d"],
  ["${EMPTY:-d}", "d"],
  ["${EMPTY-d}", ""],
  ["${X:-${Y:-e}}", "e"],
  ["${A:+p}${X:+q}", "p"],
  ["${A:?must}", "1"],
  ["${X:?must}", undefined],
  ["${D}", undefined],
  ["$X", undefined],
  ["${A", undefined],
  ["$", undefined],
  ["${A!x}", undefined],
  [`${"${X:-".repeat(40)}1${"}".repeat(40)}`, undefined],
];
for (const [text, filled] of texts)
  test(`interpolate() makes ${filled === undefined ? "nothing" : `"${filled}"`} of "${text.slice(0, 20)}"`, () =>
    assert.equal(interpolate(text, variables), filled));
