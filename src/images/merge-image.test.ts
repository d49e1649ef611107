import assert from "node:assert/strict";
import { test } from "node:test";
import { file, gone, opaque } from "../../tests/support/image.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { LayerBlob } from "../core/image.ts";
import type { ImageContent } from "../core/indexed.ts";
import type { LayerIndex } from "../core/layer.ts";
import type { PackageType } from "../core/package.ts";
import type { Extractor } from "../core/plugin.ts";
import { type TarItem, writeTar } from "../formats/tar-write.ts";
import { hiddenTargets, mergeLayers, withSecondPass } from "./merge.ts";
import { assembleImage } from "./merge-image.ts";
import { createLayerWalk } from "./walk.ts";
import type { WalkTargets } from "./walk-collect.ts";

// Plugins of a few lines, so that what is tested is the merging: `NAME VERSION` a line for a package database, a list of
// paths for what a package owns, one package for a file of a language.

function database(type: PackageType, path: string): Extractor {
  return {
    id: `${type}-db`,
    wants: (candidate) => candidate.path === path,
    extract({ bytes }) {
      const text = Buffer.from(bytes.read(0, bytes.size)).toString();
      if (text.startsWith("garbage")) throw new SeaworthyError("malformed", "read database: garbage");
      const problems = text.includes("?")
        ? [{ code: "malformed" as const, message: "one record is damaged" }]
        : [];
      const rows = text.split("\n").filter((line) => line.includes(" ") && !line.includes("?"));
      const packages = rows.map((row) => {
        const [name = "", version = ""] = row.split(" ");
        return { type, name, version, arch: "amd64", licences: [] };
      });
      return { packages, problems };
    },
  };
}

const lists: Extractor = {
  id: "deb-list",
  wants: ({ path }) => path.startsWith("var/lib/dpkg/info/") && path.endsWith(".list"),
  extract({ path, bytes }) {
    const owner = `deb ${path.slice("var/lib/dpkg/info/".length, -".list".length)}`;
    const paths = Buffer.from(bytes.read(0, bytes.size))
      .toString()
      .split("\n")
      .filter((line) => line !== "");
    return { owns: [{ owner, os: true, paths }] };
  },
};

const language: Extractor = {
  id: "language",
  wants: ({ path }) => path.endsWith(".pkg"),
  extract({ path, bytes }) {
    const [name = "", version = "", innerPath] = Buffer.from(bytes.read(0, bytes.size)).toString().split(" ");
    if (name === "bad") throw new SeaworthyError("malformed", "not a package");
    const directory = path.slice(0, path.lastIndexOf("/") + 1);
    return {
      packages: [{ type: "npm", name, version, licences: [], innerPath }],
      owns: [{ owner: `npm ${name}`, os: false, paths: [directory] }],
    };
  },
};

const release: Extractor = {
  id: "os-release",
  wants: ({ path }) => path === "etc/os-release" || path === "usr/lib/os-release",
  extract({ bytes }) {
    const [id = "", version = ""] = Buffer.from(bytes.read(0, bytes.size)).toString().split(" ");
    return { distro: { id, version, idLike: [], prettyName: id } };
  },
};

const plugins = [
  release,
  database("deb", "var/lib/dpkg/status"),
  lists,
  database("apk", "lib/apk/db/installed"),
  language,
];

const blob: LayerBlob = {
  digest: undefined,
  diffId: undefined,
  mediaType: "",
  size: undefined,
  content: { kind: "file", path: "", offset: 0, length: 0 },
};

function walkLayer(items: readonly TarItem[], targets?: WalkTargets): LayerIndex {
  const walk = createLayerWalk({ extractors: plugins, targets });
  const tar = writeTar(items);
  walk.push(tar);
  return { diffId: "sha256:d", digest: "sha256:s", compression: "none", bytes: tar.length, ...walk.finish() };
}

function image(...layers: (readonly TarItem[])[]): ImageContent {
  const first = layers.map((items) => walkLayer(items));
  const { targets } = hiddenTargets(mergeLayers(first), plugins);
  const whole = first.map((index, layer) => {
    const wanted = targets.get(layer);
    return wanted === undefined ? index : withSecondPass(index, walkLayer(layers[layer] ?? [], wanted));
  });
  return assembleImage(
    whole.map(() => blob),
    whole,
    mergeLayers(whole),
    plugins.map(({ id }) => id),
  );
}

const link = (path: string, target: string): TarItem => ({ kind: "symlink", path, target });
const hard = (path: string, target: string): TarItem => ({ kind: "hardlink", path, target });
const debian = file("etc/os-release", "debian 12");
const status = (...rows: string[]): TarItem => file("var/lib/dpkg/status", rows.join("\n"));
const list = (name: string, ...paths: string[]): TarItem =>
  file(`var/lib/dpkg/info/${name}.list`, paths.join("\n"));
const brief = ({ packages }: ImageContent): unknown[][] =>
  packages.map(({ name, version, layer, locations }) => [
    name,
    version,
    layer,
    locations.map(({ path, layer }) => `${layer}:${path}`).join(" "),
  ]);
const hidden = ({ hiddenPackages }: ImageContent): unknown[] =>
  hiddenPackages.map(({ name, version, layer, removedIn }) => [name, version, layer, removedIn]);
const codes = ({ gaps }: ImageContent): string[] => gaps.map(({ code }) => code);

test("assembleImage() puts a package into the layer that brought its present version", () => {
  const found = image(
    [debian, status("base 1", "old 1", "same 2")],
    [status("base 1", "old 1", "same 2", "added 5")],
    [file("unrelated", "")],
    [status("base 1", "old 2", "same 2", "added 5")],
  );
  assert.deepEqual(brief(found), [
    ["added", "5", 1, "3:var/lib/dpkg/status"],
    ["base", "1", 0, "3:var/lib/dpkg/status"],
    ["old", "2", 3, "3:var/lib/dpkg/status"],
    ["same", "2", 0, "3:var/lib/dpkg/status"],
  ]);
  assert.deepEqual(hidden(found), [["old", "1", 0, 3]]);
  assert.deepEqual(codes(found), []);
});

test("assembleImage() breaks the run of a package that was gone in between", () => {
  const removed = image([debian, status("a 1", "b 1")], [status("b 1")], [status("a 1", "b 1")]);
  assert.deepEqual(
    brief(removed).map((row) => row.slice(0, 3)),
    [
      ["a", "1", 2],
      ["b", "1", 0],
    ],
  );
  assert.deepEqual(hidden(removed), []);
  const whole = image([debian, file("x/a.pkg", "a 1")], [gone("x")], [file("x/a.pkg", "a 1")]);
  assert.deepEqual(brief(whole), [["a", "1", 2, "2:x/a.pkg"]]);
});

test("assembleImage() does not move a package whose file was only copied up", () => {
  const found = image([file("x/a.pkg", "a 1")], [file("x/a.pkg", "a 1", 0o755)]);
  assert.deepEqual(brief(found), [["a", "1", 0, "1:x/a.pkg"]]);
});

test("assembleImage() merges what one layer brought of a package and keeps every path, inner ones too", () => {
  const found = image(
    [file("z/a.pkg", "a 1"), file("x/a.pkg", "a 1")],
    [file("b/a.pkg", "a 1 lib/x.jar"), file("c/other.pkg", "a 2")],
    [file("x/a.pkg", "a 1"), file("d/a.pkg", "a 1"), file("a/a.pkg", "a 1")],
  );
  assert.deepEqual(brief(found), [
    ["a", "1", 0, "2:x/a.pkg 0:z/a.pkg"],
    ["a", "1", 1, "1:b/a.pkg!/lib/x.jar"],
    ["a", "1", 2, "2:a/a.pkg 2:d/a.pkg"],
    ["a", "2", 1, "1:c/other.pkg"],
  ]);
  assert.equal(found.runs.find(({ plugin }) => plugin === "language")?.packages, 4);
  assert.equal(Object.hasOwn(found.packages[0] ?? {}, "innerPath"), false);
});

test("assembleImage() lists what a later layer removed as hidden, once, unless it is visible elsewhere", () => {
  const found = image(
    [file("x/a.pkg", "a 1"), file("y/b.pkg", "b 1"), file("q/c.pkg", "c 1")],
    [file("z/a.pkg", "a 1"), opaque("q")],
    [gone("x"), gone("y/b.pkg")],
  );
  assert.deepEqual(hidden(found), [
    ["b", "1", 0, 2],
    ["c", "1", 0, 1],
  ]);
  assert.deepEqual(brief(found), [["a", "1", 1, "1:z/a.pkg"]]);
});

test("withSecondPass() counts a file that two paths lead to once", () => {
  const items = [file("data/real", "a 1")];
  const index = walkLayer(items);
  const second = walkLayer(items, new Map([[0, ["x.pkg", "y.pkg"]]]));
  assert.deepEqual([second.finds.count, withSecondPass(index, second).finds.count], [2, 1]);
});

test("assembleImage() finds all packages of a large database in a second pass", () => {
  const rows = Array.from({ length: 2500 }, (_, at) => `p${at} 1-1`);
  const found = image([debian, link("var/lib", "/real")], [file("real/dpkg/status", rows.join("\n"))]);
  assert.equal(found.packages.length, 2500);
});

test("assembleImage() finds a file whose directory is a link of another layer, in a second pass", () => {
  const upper = image(
    [link("lib", "usr/lib"), file("usr/lib/x", "")],
    [debian, file("usr/lib/apk/db/installed", "a 1")],
  );
  assert.deepEqual(brief(upper), [["a", "1", 1, "1:usr/lib/apk/db/installed"]]);
  const written = image(
    [debian, link("var/lib/dpkg", "../../opt/dpkg"), file("opt/dpkg/status", "a 1")],
    [file("opt/dpkg/status", "a 1\nb 1")],
  );
  assert.deepEqual(
    brief(written).map((row) => row.slice(0, 2)),
    [
      ["a", "1"],
      ["b", "1"],
    ],
  );
});

test("assembleImage() reads a wanted path that is a link or a hard link to an unwanted one", () => {
  const symbolic = image([file("data/real", "a 1")], [debian, link("var/lib/dpkg/status", "/data/real")]);
  assert.deepEqual(brief(symbolic), [["a", "1", 0, "0:data/real"]]);
  const hardLinked = image([file("data/real", "a 1")], [hard("x/y.pkg", "data/real")]);
  assert.deepEqual(brief(hardLinked), [
    ["a", "1", 0, "0:data/real"],
    ["a", "1", 1, "0:x/y.pkg"],
  ]);
  const known = image([file("a.pkg", "a 1")], [hard("b.pkg", "a.pkg"), gone("a.pkg")]);
  assert.deepEqual(brief(known), [["a", "1", 1, "0:b.pkg"]]);
  const os = image([
    status("a 1"),
    file("usr/lib/os-release", "debian 11"),
    link("etc/os-release", "../usr/lib/os-release"),
  ]);
  assert.deepEqual([os.distro?.version, codes(os)], ["11", []]);
});

test("hiddenTargets() names the links of each layer below which it did not ask about all files", () => {
  const many = ["a", "b", "c"].map((name) => file(`data/${name}.txt`, ""));
  const layers = [
    [...many, link("first", "data")],
    [link("second", "data"), link("third", "data"), link("x", "none")],
  ];
  const merged = mergeLayers(layers.map((items) => walkLayer(items)));
  const told = (questions?: number) => hiddenTargets(merged, plugins, questions).faults;
  assert.deepEqual(told(), []);
  assert.deepEqual(told(9), []);
  const state = (limit: number) => `more than ${limit} files in an image are reached through links`;
  const fault = (layer: number, links: string, limit: number) => ({
    layer,
    code: "limit-exceeded",
    message: `look for files below ${links}: ${state(limit)}`,
  });
  assert.deepEqual(told(3), [fault(1, '"second", "third"', 3)]);
  assert.deepEqual(told(2), [fault(0, '"first"', 2), fault(1, '"second", "third"', 2)]);
});

test("assembleImage() takes etc/os-release before usr/lib/os-release, whichever layer it is in", () => {
  const found = image([debian, status("a 1")], [file("usr/lib/os-release", "ubuntu 22.04")]);
  assert.equal(found.distro?.id, "debian");
  const upper = image(
    [file("usr/lib/os-release", "debian 11"), status("a 1")],
    [file("etc/os-release", "debian 12")],
  );
  assert.equal(upper.distro?.version, "12");
});

test("assembleImage() knows the OS package that owns a language package's file, through merged /usr", () => {
  const base = [
    debian,
    status("python3-x 1"),
    link("lib", "usr/lib"),
    list("python3-x", "lib/py/x.pkg", "lib/py/run"),
  ];
  const found = image([...base, file("usr/lib/py/x.pkg", "x 1"), file("usr/lib/py/run", "#!/bin/sh", 0o755)]);
  const x = found.packages.find(({ name }) => name === "x");
  assert.equal(x?.ownedBy, "deb python3-x");
  assert.deepEqual(found.unownedExecutables, []);
  // A second copy that no OS package brought is one for the language's own advisories.
  const copies = image([...base, file("usr/lib/py/x.pkg", "x 1")], [file("opt/x.pkg", "x 1")]);
  assert.deepEqual(
    copies.packages.filter(({ name }) => name === "x").map(({ layer, ownedBy }) => [layer, ownedBy]),
    [
      [0, "deb python3-x"],
      [1, undefined],
    ],
  );
  const beside = image([...base, file("usr/lib/py/x.pkg", "x 1"), file("opt/x.pkg", "x 1")]);
  assert.deepEqual(
    beside.packages.filter(({ name }) => name === "x").map(({ ownedBy }) => ownedBy),
    [undefined],
  );
});

test("assembleImage() lists programs that nobody owns, with the layer of their bytes", () => {
  const script = "#!/bin/sh\n";
  const found = image(
    [
      debian,
      status("a 1"),
      list("a", "usr/bin/a"),
      file("usr/bin/a", script, 0o755),
      file("usr/bin/lone", script, 0o755),
    ],
    [
      file("app/a.pkg", "app 1"),
      file("app/bin/run", script, 0o755),
      file("opt/tool", script, 0o755),
      gone("usr/bin/lone"),
    ],
    [file("opt/second", script, 0o755), file("opt/tool", script, 0o755)],
  );
  assert.deepEqual(found.unownedExecutables, [
    { path: "opt/second", layer: 2 },
    { path: "opt/tool", layer: 2 },
  ]);
});

test("assembleImage() leaves scripts in /etc to packages where only sums list files, which leave them out", () => {
  const script = "#!/bin/sh\n";
  const items = [file("etc/update-motd.d/10-uname", script, 0o755), file("opt/tool", script, 0o755)];
  const bare = image([debian, ...items]);
  assert.equal(bare.unownedExecutables.length, 2);
  const distroless = image([debian, file("var/lib/dpkg/status.d/base.pkg", "base 1"), ...items]);
  assert.deepEqual(distroless.unownedExecutables, [{ path: "opt/tool", layer: 0 }]);
});

test("assembleImage() leaves the scripts of dpkg's packages to them, and nothing else beside them", () => {
  const info = "var/lib/dpkg/info";
  const names = [
    "a.postinst",
    "a.config",
    "b:amd64.preinst",
    "a.tool",
    "lone.postinst",
    "a.list.postinst",
    "x/a.prerm",
  ];
  const scripts = names.map((name) => file(`${info}/${name}`, "#!/bin/sh\n", 0o755));
  const found = image([debian, status("a 1", "b 1"), list("a"), list("b:amd64"), ...scripts]);
  assert.deepEqual(
    found.unownedExecutables.map(({ path }) => path),
    ["a.list.postinst", "a.tool", "lone.postinst", "x/a.prerm"].map((name) => `${info}/${name}`),
  );
});

test("assembleImage() counts only unreadable files that are visible", () => {
  const found = image(
    [file("x/a.pkg", "bad"), file("y/b.pkg", "bad"), file("z/c.pkg", "c 1")],
    [gone("x/a.pkg")],
  );
  assert.deepEqual(found.gaps, [
    { code: "file-unreadable", message: 'read "y/b.pkg": not a package', layer: 0, path: "y/b.pkg" },
  ]);
  const run = found.runs.find(({ plugin }) => plugin === "language");
  assert.deepEqual([run?.status, run?.files, run?.packages, run?.errors.length], ["partial", 3, 1, 2]);
  assert.equal(image([file("a.pkg", "bad")]).runs.at(-1)?.status, "failed");
});

const files = [list("a", "usr/bin/a", "etc/a.conf"), file("usr/bin/a", ""), file("etc/a.conf", "")];
const gapRows: readonly [string, readonly string[], ...(readonly TarItem[])[]][] = [
  ["a sound image", [], [debian, status("a 1"), ...files]],
  [
    "a package removed, its configuration left",
    [],
    [debian, status("a 1", "b 1"), ...files],
    [status("b 1"), list("a", "etc/a.conf"), gone("usr/bin/a")],
  ],
  [
    "a package removed with its list",
    [],
    [debian, status("a 1", "b 1"), ...files],
    [status("b 1"), gone("var/lib/dpkg/info/a.list"), gone("usr/bin/a")],
  ],
  [
    "a package whose files went to another",
    [],
    [debian, status("a 1", "b 1"), ...files],
    [status("b 1"), list("b", "usr/bin/a")],
  ],
  [
    "a database that lost a package whose files are there",
    ["package-database-incomplete"],
    [debian, status("a 1", "b 1"), ...files],
    [status("b 1")],
  ],
  [
    "a database that never named a package whose list is there",
    ["package-database-incomplete"],
    [debian, status("b 1"), ...files],
  ],
  [
    "a database deleted by a later layer",
    ["package-database-missing"],
    [debian, status("a 1"), ...files],
    [gone("var/lib/dpkg/status")],
  ],
  [
    "a database directory deleted by a later layer",
    ["package-database-missing"],
    [debian, status("a 1"), ...files],
    [gone("var/lib/dpkg")],
  ],
  [
    "a database emptied by a later layer",
    ["package-database-missing"],
    [debian, status("a 1"), ...files],
    [status("")],
  ],
  [
    "a database overwritten with garbage",
    ["file-unreadable", "package-database-missing"],
    [debian, status("a 1"), ...files],
    [status("garbage")],
  ],
  ["a database with a damaged record", ["file-unreadable"], [debian, status("a 1", "b ?"), ...files]],
  ["an OS without its database", ["package-database-missing"], [debian, file("usr/bin/x", "")]],
  [
    "an OS that contradicts its packages",
    ["os-contradiction"],
    [file("etc/os-release", "alpine 3.20"), status("a 1"), ...files],
  ],
  [
    "an OS beside packages of another",
    ["os-contradiction"],
    [debian, status("a 1"), ...files, file("lib/apk/db/installed", "b 1")],
  ],
  ["packages without an OS", ["os-unknown"], [status("a 1"), ...files]],
  [
    "neither OS nor database, but its tool",
    ["package-database-missing"],
    [file("usr/bin/dpkg", ""), file("x/l.pkg", "l 1")],
  ],
  ["neither OS nor database, but lists", ["package-database-missing"], [...files, file("x/l.pkg", "l 1")]],
  [
    "an empty database directory of apk",
    ["package-database-missing"],
    [file("lib/apk/db/installed", ""), file("x/l.pkg", "l 1")],
  ],
  ["the tool of another OS, owned", [], [debian, status("a 1"), list("a", "sbin/apk"), file("sbin/apk", "")]],
  ["an OS that is not known here, with packages", [], [file("etc/os-release", "plan9 4"), status("a 1")]],
  ["nothing at all", ["nothing-found"], []],
  ["only a file", ["nothing-found"], [file("app", "x", 0o755)]],
  ["only a language package", [], [file("x/l.pkg", "l 1")]],
];
for (const [title, expected, ...layers] of gapRows)
  test(`assembleImage() gaps of ${title}`, () => {
    assert.deepEqual(codes(image(...layers)), expected);
  });

test("assembleImage() names the layer and the file that ended a package database", () => {
  const [gap] = image([debian, status("a 1"), ...files], [file("x", "")], [gone("var/lib/dpkg/status")]).gaps;
  assert.deepEqual([gap?.layer, gap?.path], [2, "var/lib/dpkg/status"]);
});

test("assembleImage() tells layers that are not what is claimed of them", () => {
  const index = walkLayer([file("x/l.pkg", "l 1")]);
  const told = (claims: Partial<LayerBlob>, layer: LayerIndex | undefined = index): string[] =>
    codes(assembleImage([{ ...blob, ...claims }], [layer], mergeLayers([layer]), []));
  assert.deepEqual(told({ digest: "sha256:s", diffId: "sha256:d" }), []);
  assert.deepEqual(told({ digest: "sha256:other" }), ["digest-mismatch"]);
  assert.deepEqual(told({ diffId: "sha256:other" }), ["diff-id-mismatch"]);
  assert.deepEqual(told({ digest: "sha256:s", size: 0 }), []);
  assert.deepEqual(told({ digest: "sha256:s", size: 1 }), ["digest-mismatch"]);
  const faulty = {
    ...index,
    digest: "",
    diffId: "",
    faults: [{ code: "truncated" as const, message: "breaks off" }],
  };
  assert.deepEqual(told({ digest: "sha256:other", diffId: "sha256:other" }, faulty), ["layer-unreadable"]);
  const content = { kind: "unreadable" as const, code: "foreign" as const, reason: "kept elsewhere" };
  const foreign = assembleImage([{ ...blob, content }], [undefined], mergeLayers([undefined]), []);
  assert.deepEqual(foreign.gaps[0], {
    code: "layer-unreadable",
    message: "read layer 0: foreign: kept elsewhere",
    layer: 0,
  });
});

test("assembleImage() believes what the derived distribution says before what it kept of its parent", () => {
  const old: Extractor = {
    id: "old-release",
    wants: ({ path }) => path.startsWith("etc/"),
    extract: ({ path }) => ({ distro: { id: path.slice(4), version: "", idLike: [], prettyName: "" } }),
  };
  const walk = createLayerWalk({ extractors: [old] });
  walk.push(
    writeTar([file("etc/debian_version", ""), file("etc/lsb-release", ""), file("etc/redhat-release", "")]),
  );
  const index = { diffId: "", digest: "", compression: "none" as const, bytes: 0, ...walk.finish() };
  assert.equal(assembleImage([blob], [index], mergeLayers([index]), []).distro?.id, "lsb-release");
});
