import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { TarItem } from "../../src/formats/tar-write.ts";
import { writeTar } from "../../src/formats/tar-write.ts";
import { apkRoot, dpkgRoot, osRelease } from "../support/distro-files.ts";
import { file, writeLayout } from "../support/image.ts";
import { needs } from "../support/needs.ts";
import { scan } from "../support/scan.ts";
import { scratch, seaworthy, tool } from "../support/scratch.ts";
import { serve, type TestServer } from "../support/serve.ts";

// Repositories as their own tools make them, from packages that dpkg-deb built; the image's own sources lead to them.

const skip = needs("dpkg-deb", "dpkg-scanpackages", "xz");
const today = ["--today", "2026-01-01"];
let repository = "";
let server: TestServer;
let asked: string[] = [];
let damage: ((path: string, content: Buffer) => Buffer) | undefined;

suite("packages beside their repository's index", () => {
  before(async () => {
    if (skip !== false) return;
    repository = scratch("repository");
    for (const version of ["1.0", "1.5", "2.0"]) await build("harbour", version);
    await build("pier", "1:3.0-1");
    const list = await tool("dpkg-scanpackages", ["-m", "pool"], { cwd: repository });
    writeFileSync(join(repository, "Packages"), list);
    release("debian/dists/bookworm", "bookworm", list);
    release("debian/dists/trixie", "trixie", list);
    await onlyXz("debian/dists/bookworm-security");
    release("debian/dists/bookworm-backports", "bookworm-backports", list, "NotAutomatic: yes\n");
    put("alpine/main/x86_64/APKINDEX.tar.gz", apkIndex());
    server = await serve(({ url = "" }, response) => {
      asked.push(url);
      if (url.startsWith("/away/")) {
        response.writeHead(302, { location: `http://127.0.0.1:1${url}` }).end();
        return;
      }
      try {
        const content = readFileSync(join(repository, url));
        response.end(damage?.(url, content) ?? content);
      } catch {
        response.writeHead(404).end();
      }
    });
  });

  after(async () => {
    if (skip === false) await server.close();
  });

  async function build(name: string, version: string): Promise<void> {
    const dir = scratch("deb");
    mkdirSync(join(dir, "DEBIAN"));
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: t <t@t.invalid>\nDescription: t\n`;
    writeFileSync(join(dir, "DEBIAN/control"), control);
    mkdirSync(join(repository, "pool"), { recursive: true });
    const target = join(repository, "pool", `${name}_${version.replace(":", "%3a")}.deb`);
    await tool("dpkg-deb", ["--root-owner-group", "-b", dir, target]);
  }

  function put(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), content);
  }

  function release(at: string, codename: string, list: string, more = ""): void {
    const packed = gzipSync(list);
    const sum = createHash("sha256").update(packed).digest("hex");
    put(`${at}/main/binary-amd64/Packages.gz`, packed);
    put(`${at}/main/binary-amd64/by-hash/SHA256/${sum}`, packed);
    const sums = `SHA256:\n ${sum} ${packed.length} main/binary-amd64/Packages.gz\n ${"0".repeat(64)} 1 main/binary-arm64/Packages.gz\n`;
    put(`${at}/Release`, `Origin: Debian\nCodename: ${codename}\nAcquire-By-Hash: yes\n${more}${sums}`);
  }

  // As Debian publishes its security updates: no gzip, and a list of the plain form that is not there.
  async function onlyXz(at: string): Promise<void> {
    const list = "Package: pier\nVersion: 1:3.0-1+deb12u1\nArchitecture: amd64\n\n";
    put(`${at}/main/binary-amd64/Packages`, list);
    await tool("xz", [join(repository, at, "main/binary-amd64/Packages")]);
    const packed = readFileSync(join(repository, at, "main/binary-amd64/Packages.xz"));
    const sum = createHash("sha256").update(packed).digest("hex");
    const sums = `SHA256:\n ${"0".repeat(64)} ${list.length} main/binary-amd64/Packages\n ${sum} ${packed.length} main/binary-amd64/Packages.xz\n`;
    put(`${at}/InRelease`, `Origin: Debian\nCodename: bookworm-security\n${sums}`);
  }

  // As `apk index` leaves it, its signature in a gzip member of its own.
  function apkIndex(): Uint8Array {
    const list =
      "C:Q1=\nP:harbour\nV:1.2-r1\nA:x86_64\nt:1735689600\n\nC:Q1=\nP:harbour\nV:1.1-r0\nA:x86_64\nt:1700000000\n\n";
    const signature = writeTar([file(".SIGN.RSA.t.pub", "t")]);
    return Buffer.concat([
      gzipSync(signature.subarray(0, signature.length - 1024)),
      gzipSync(writeTar([file("APKINDEX", list)])),
    ]);
  }

  function debian(...more: readonly TarItem[]): string {
    const root = dpkgRoot(
      { name: "harbour", version: "1.0" },
      { name: "pier", version: "1:3.0-1" },
      { name: "mine", version: "1" },
    );
    const items = [osReleaseOf("bookworm"), ...root.map(ofAmd64), ...more];
    return `oci:${writeLayout(join(scratch("image"), "layout"), { layers: [{ items }], config: { User: "1" } })}`;
  }

  function osReleaseOf(codename: string): TarItem {
    return file(
      "etc/os-release",
      `ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=${codename}\nPRETTY_NAME="Debian 12"\n`,
    );
  }

  function ofAmd64(item: TarItem): TarItem {
    if (item.kind !== "file" || item.path !== "var/lib/dpkg/status") return item;
    return file(
      item.path,
      Buffer.from(item.data).toString().replaceAll("Architecture: all", "Architecture: amd64"),
    );
  }

  const sources = (suites: string, host = server.host): TarItem =>
    file(
      "etc/apt/sources.list.d/debian.sources",
      `Types: deb\nURIs: http://${host}/debian\nSuites: ${suites}\nComponents: main\n`,
    );

  async function compare(reference: string, ...args: readonly string[]) {
    asked = [];
    const { report, code } = await scan(reference, { args: [...today, "--fail-on", "high", ...args] });
    const rows = report.currency.packages?.map(
      ({ purl, newest, versionsBehind, daysBehind, newestSince }) =>
        `${/\/([\w-]+)@/u.exec(purl)?.[1]} ${newest} ${versionsBehind} ${daysBehind} ${newestSince}`,
    );
    const gaps = report.coverage.gaps.filter((gap) => gap.code === "package-index-unread");
    return { report, code, rows, gaps: gaps.map(({ message }) => message), notes: report.coverage.notes };
  }

  const behind = ["harbour 2.0 2 null null", "mine null null null null", "pier 1:3.0-1 0 0 null"];

  test("scan compares with a directory that dpkg-scanpackages listed", { skip }, async () => {
    const { rows, code, gaps, notes, report } = await compare(debian(), "--package-index", repository);
    assert.deepEqual(rows, behind);
    assert.deepEqual([code, gaps], [0, []]);
    assert.match(notes.join(), /has no Release file/u);
    const late = report.checks.filter(({ id }) => id === "SW-IM-105");
    assert.deepEqual(
      late.map(({ message, layer, severity }) => [message, layer, severity]),
      [["newer versions are out of harbour 1.0 → 2.0", 0, "low"]],
    );
  });

  test("scan compares with the repositories that the image names, by the digests of Release", {
    skip,
  }, async () => {
    const { rows, code, gaps } = await compare(
      debian(sources("bookworm")),
      "--check-updates",
      "--allow-host",
      server.host,
    );
    assert.deepEqual(rows, behind);
    assert.deepEqual([code, gaps], [0, []]);
    assert.deepEqual(
      asked.map((url) => url.replace(/[0-9a-f]{64}/u, "SUM")),
      [
        "/debian/dists/bookworm/InRelease",
        "/debian/dists/bookworm/Release",
        "/debian/dists/bookworm/main/binary-amd64/by-hash/SHA256/SUM",
      ],
    );
  });

  test("scan reads lists that are there in xz only, and takes the greatest of several suites", {
    skip,
  }, async () => {
    const both = debian(sources("bookworm bookworm-security"));
    const { rows, gaps, code } = await compare(both, "--check-updates", "--allow-host", server.host);
    assert.deepEqual(rows, [...behind.slice(0, 2), "pier 1:3.0-1+deb12u1 1 null null"]);
    assert.deepEqual([code, gaps], [0, []]);
  });

  test("scan lets no image lead it to this machine", { skip }, async () => {
    for (const host of [server.host, "169.254.169.254", "localhost", "[::1]:80"]) {
      const { rows, code, gaps } = await compare(debian(sources("bookworm", host)), "--check-updates");
      assert.deepEqual([rows, code, asked], [[], 3, []], host);
      assert.match(gaps.join(), /which the image names/u);
    }
  });

  test("scan lets no mirror lead it to another port of this machine", { skip }, async () => {
    const away = file("etc/apt/sources.list", `deb http://${server.host}/away bookworm main\n`);
    const { code, gaps } = await compare(debian(away), "--check-updates", "--allow-host", server.host);
    assert.equal(code, 3);
    assert.match(gaps.join(), /connect to "127\.0\.0\.1:1", which the image names/u);
  });

  test("scan leaves out what is only for packages that are asked for", { skip }, async () => {
    const both = debian(sources("bookworm bookworm-backports"));
    const { rows, notes, gaps } = await compare(both, "--check-updates", "--allow-host", server.host);
    assert.deepEqual(rows, behind);
    assert.match(notes.join(), /bookworm-backports is only for packages that are asked for/u);
    assert.deepEqual(gaps, []);
  });

  test("scan agrees with apt on what can be upgraded", {
    skip: skip || needs("apt-get", "apt"),
  }, async () => {
    const dir = scratch("apt");
    for (const path of ["state/lists/partial", "cache/archives/partial", "etc"])
      mkdirSync(join(dir, path), { recursive: true });
    writeFileSync(join(dir, "sources.list"), `deb [trusted=yes] file:${repository} ./\n`);
    const [status] = dpkgRoot({ name: "harbour", version: "1.0" }, { name: "pier", version: "1:3.0-1" }).map(
      ofAmd64,
    );
    assert.ok(status?.kind === "file");
    writeFileSync(join(dir, "status"), status.data);
    const settings = [
      `Dir::State=${dir}/state`,
      `Dir::State::status=${dir}/status`,
      `Dir::Cache=${dir}/cache`,
      `Dir::Etc=${dir}/etc`,
      `Dir::Etc::sourcelist=${dir}/sources.list`,
      "APT::Architecture=amd64",
      "APT::Architectures=amd64",
      "APT::Sandbox::User=root",
    ].flatMap((setting) => ["-o", setting]);
    await tool("apt-get", ["-qq", ...settings, "update"]);
    const listed = await tool("apt", [...settings, "list", "--upgradable"]);
    const upgradable = listed
      .split("\n")
      .flatMap((line) => /^([\w-]+)\/\S+ (\S+) /u.exec(line)?.slice(1, 3).join(" ") ?? []);
    const { report } = await compare(debian(), "--package-index", repository);
    const ours = (report.currency.packages ?? []).filter(({ versionsBehind }) => (versionsBehind ?? 0) > 0);
    assert.deepEqual(
      ours.map(({ purl, newest }) => `${/\/([\w-]+)@/u.exec(purl)?.[1]} ${newest}`),
      upgradable,
    );
    assert.deepEqual(upgradable, ["harbour 2.0"]);
  });

  const wrong: readonly (readonly [why: string, suites: string, change: typeof damage, gap: RegExp])[] = [
    [
      "a list that is not what Release says",
      "bookworm",
      (path, content) => (path.includes("by-hash") ? flipped(content) : content),
      /it is not what its Release file says/u,
    ],
    [
      "a list that is cut off",
      "bookworm",
      (path, content) => (path.includes("by-hash") ? content.subarray(0, 90) : content),
      /it is not what its Release file says|ends inside|truncated/u,
    ],
    ["a web page in place of Release", "bookworm", () => Buffer.from("<html>\n"), /is not "Field: value"/u],
    ["a suite of another release", "trixie", undefined, /it is of "trixie", the image of "bookworm"/u],
    ["a suite that is not there", "nowhere", undefined, /it has no InRelease, Release or Packages/u],
  ];
  for (const [why, suites, change, gap] of wrong)
    test(`scan tells ${why} as a gap`, { skip }, async () => {
      damage = change;
      const { rows, code, gaps } = await compare(
        debian(sources(suites)),
        "--check-updates",
        "--allow-host",
        server.host,
      );
      damage = undefined;
      assert.deepEqual([rows, code], [[], 3]);
      assert.equal(gaps.length, 1);
      assert.match(gaps[0] ?? "", gap);
    });

  function flipped(content: Buffer): Buffer {
    const bytes = Buffer.from(content);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    return bytes;
  }

  test("scan tells a mirror that nobody answers for, and an image without any, as gaps", {
    skip,
  }, async () => {
    const closed = await compare(
      debian(sources("bookworm", "127.0.0.1:1")),
      "--check-updates",
      "--allow-host",
      "127.0.0.1:1",
    );
    assert.equal(closed.code, 3);
    assert.match(closed.gaps.join(), /nobody listens there/u);
    const none = await compare(debian(), "--check-updates");
    assert.equal(none.code, 3);
    assert.deepEqual(none.gaps, ["the image names no repository that can be asked"]);
    const other = file(
      "etc/apt/sources.list",
      `deb [arch=arm64] http://${server.host}/debian bookworm main\n`,
    );
    const foreign = await compare(debian(other), "--check-updates", "--allow-host", server.host);
    assert.deepEqual([foreign.gaps, asked], [none.gaps, []]);
  });

  test("scan compares Alpine's packages, with the days between the builds", { skip }, async () => {
    const items = [
      osRelease("alpine", "3.18.4"),
      ...apkRoot({ name: "harbour", version: "1.1-r0" }).map(builtIn2023),
      file("etc/apk/repositories", `http://${server.host}/alpine/main\n/media/cdrom/apks\n`),
    ];
    const layout = writeLayout(join(scratch("image"), "layout"), {
      layers: [{ items }],
      config: { User: "1" },
    });
    const { rows, code, gaps, notes } = await compare(
      `oci:${layout}`,
      "--check-updates",
      "--allow-host",
      server.host,
    );
    assert.deepEqual(rows, ["harbour 1.2-r1 1 414 2025-01-01"]);
    assert.deepEqual([code, gaps], [0, []]);
    assert.match(notes.join(), /"\/media\/cdrom\/apks" is not asked/u);
    const given = await compare(`oci:${layout}`, "--package-index", `${server.url}/alpine/main`);
    assert.deepEqual(given.rows, rows);
  });

  function builtIn2023(item: TarItem): TarItem {
    if (item.kind !== "file" || item.path !== "lib/apk/db/installed") return item;
    return file(item.path, Buffer.from(item.data).toString().replace("\nL:", "\nt:1700000000\nL:"));
  }

  test("scan refuses to ask while it is offline", { skip }, async () => {
    const { code, stderr } = await seaworthy(["scan", "--offline", "--check-updates", "dir:/nowhere"]);
    assert.equal(code, 2);
    assert.match(stderr, /^seaworthy: usage: .*--check-updates needs the network/u);
  });
});
