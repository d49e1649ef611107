import assert from "node:assert/strict";
import { test } from "node:test";
import { extractFrom, foundFile } from "../../tests/support/extract.ts";
import { dpkgList } from "./dpkg-list.ts";

test("dpkgList reads the paths of a package", () => {
  const text = "/.\n/usr\n/usr/bin\n/usr/bin/a b\n/usr/share/doc/ä\n";
  assert.deepEqual(extractFrom(dpkgList, "var/lib/dpkg/info/libc6:amd64.list", text), {
    owns: [{ owner: "deb libc6", os: true, paths: ["usr", "usr/bin", "usr/bin/a b", "usr/share/doc/ä"] }],
    problems: [],
  });
});

// A path that ends in a slash would own all that is below it.
test("dpkgList owns no whole directories", () => {
  const { owns } = extractFrom(dpkgList, "var/lib/dpkg/info/a.list", "/\n/./\n/usr/\n.\n\n/bin/a");
  assert.deepEqual(owns?.[0]?.paths, ["bin/a"]);
});

test("dpkgList reads where diversions moved files", () => {
  const text = "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/x\n/usr/bin/x.real\n:\n/a\n/a.distrib\ndash\n";
  assert.deepEqual(extractFrom(dpkgList, "var/lib/dpkg/diversions", text), {
    owns: [
      { owner: "dpkg-divert dash", os: false, paths: ["bin/sh.distrib", "a.distrib"] },
      { owner: "dpkg-divert", os: false, paths: ["usr/bin/x.real"] },
    ],
    problems: [],
  });
  const cut = extractFrom(dpkgList, "var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\n");
  assert.equal(cut.problems?.[0]?.code, "truncated");
  assert.deepEqual(extractFrom(dpkgList, "var/lib/dpkg/diversions", ""), { owns: [], problems: [] });
});

test("dpkgList wants lists and diversions only", () => {
  const refused = [
    "var/lib/dpkg/info/a.md5sums",
    "var/lib/dpkg/info/x/a.list",
    "info/a.list",
    "var/lib/dpkg/a.list",
  ];
  for (const path of refused) assert.equal(dpkgList.wants(foundFile(path, "")), false, path);
});

test("dpkgList bounds what one list may own", () => {
  const { owns, problems } = extractFrom(dpkgList, "var/lib/dpkg/info/a.list", "/a\n".repeat(1_000_100));
  assert.equal(owns?.[0]?.paths.length, 1_000_000);
  assert.equal(problems?.[0]?.code, "limit-exceeded");
});
