import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { needs } from "../support/needs.ts";
import { named, type Scanned, scan } from "../support/scan.ts";
import { scratch, tool } from "../support/scratch.ts";
import { debianRoot, inRoot, openWorkshop, skipWorkshop, type Workshop } from "../support/workshop.ts";

// One real image of Debian with five ecosystems on top, each in a layer of its own; what the packagers' own tools say of
// the merged file system is the truth.

const skip = skipWorkshop(
  "mmdebstrap",
  "dpkg-deb",
  "dpkg-query",
  "npm",
  "pip",
  "python3",
  "go",
  "mvn",
  "jar",
);
let shop: Workshop;
let scanned: Scanned;
/** What the tools say, by layer. */
const truth = { pip: [""], npm: [""], jars: [""], go: [""] };

suite("a Debian image with five ecosystems", () => {
  before(
    async () => {
      if (skip !== false) return;
      shop = await openWorkshop({ tar: await debianRoot(), createdBy: "ADD root.tar / # debian" });
      await shop.layer("RUN apt-get install python3-requests", installDebs);
      await shop.layer("RUN npm ci", installNpm);
      await shop.layer("RUN pip install", installPip);
      await shop.layer("COPY app.jar lib /opt/java/", installJars);
      await shop.layer("COPY server /usr/local/bin/", installGo);
      await shop.layer("RUN upgrade and clean up", upgradeAndRemove);
      scanned = await scan(shop.reference);
    },
    { timeout: 600_000 },
  );

  async function installDebs(): Promise<void> {
    const command = "apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-requests";
    await inRoot(shop.rootfs, `${command} >/dev/null; rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin`);
    await dpkgInstall("seaworthy-probe", "1.0");
    await dpkgInstall("seaworthy-leaver", "1:3.4-5~beta1");
  }

  /** Builds a package with dpkg-deb and installs it in the root with the root's own dpkg. */
  async function dpkgInstall(name: string, version: string): Promise<void> {
    const dir = join(scratch("deb"), "tree");
    mkdirSync(join(dir, "DEBIAN"), { recursive: true });
    mkdirSync(join(dir, "usr/share", name), { recursive: true });
    writeFileSync(join(dir, "usr/share", name, "version"), version);
    const fields = {
      Package: name,
      Version: version,
      Architecture: "all",
      Maintainer: "t <t@t.invalid>",
      Description: "t",
    };
    const control = Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`);
    writeFileSync(join(dir, "DEBIAN/control"), control.join(""));
    await tool("dpkg-deb", ["--root-owner-group", "-b", dir, join(shop.rootfs, "tmp/p.deb")]);
    await inRoot(shop.rootfs, "dpkg -i /tmp/p.deb >/dev/null; rm /tmp/p.deb");
  }

  async function installNpm(): Promise<void> {
    const app = join(shop.rootfs, "srv/app");
    mkdirSync(app, { recursive: true });
    const dependencies = {
      express: "4.17.1",
      "@babel/code-frame": "7.12.11",
      lodash: "4.17.4",
      minimist: "1.2.0",
    };
    writeFileSync(
      join(app, "package.json"),
      JSON.stringify({ name: "shop", version: "3.2.1", dependencies }),
    );
    await tool("npm", ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], npmIn(app));
  }

  function npmIn(cwd: string): { cwd: string; env: NodeJS.ProcessEnv } {
    return { cwd, env: { ...process.env, npm_config_local_prefix: undefined } };
  }

  interface NpmTree {
    readonly version?: string;
    readonly dependencies?: Readonly<Record<string, NpmTree>>;
  }

  async function npmTruth(): Promise<readonly string[]> {
    const app = join(shop.rootfs, "srv/app");
    const text = await tool("npm", ["ls", "--all", "--json"], npmIn(app));
    const found = new Set<string>();
    const collect = (tree: NpmTree): void => {
      for (const [name, child] of Object.entries(tree.dependencies ?? {})) {
        if (child.version !== undefined) found.add(`npm ${name} ${child.version}`);
        collect(child);
      }
    };
    collect(JSON.parse(text));
    return [...found].sort();
  }

  async function installPip(): Promise<void> {
    const target = join(shop.rootfs, "usr/local/lib/python3.11/dist-packages");
    const specs = ["flask==2.0.0", "PyYAML==6.0.1", "ruamel.yaml==0.18.6", "zope.interface==6.0"];
    await tool("pip", [
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--no-compile",
      "--root-user-action=ignore",
      "--target",
      target,
      ...specs,
    ]);
    const listed = await tool("pip", [
      "list",
      "--disable-pip-version-check",
      "--format=json",
      "--path",
      target,
    ]);
    const rows: readonly { name: string; version: string }[] = JSON.parse(listed);
    truth.pip = rows.map(({ name, version }) => `pypi ${name} ${version}`).sort();
  }

  async function installJars(): Promise<void> {
    const project = scratch("maven");
    const lib = join(shop.rootfs, "opt/java/lib");
    mkdirSync(lib, { recursive: true });
    const wanted = [
      ["commons-io", "commons-io", "2.5"],
      ["org.apache.logging.log4j", "log4j-core", "2.14.1"],
      ["com.fasterxml.jackson.core", "jackson-databind", "2.9.8"],
    ] as const;
    const dependency = ([group, artifact, version]: (typeof wanted)[number]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
    const pom = `<project><modelVersion>4.0.0</modelVersion><groupId>t</groupId><artifactId>t</artifactId><version>1</version>
    <dependencies>${wanted.map(dependency).join("")}</dependencies></project>`;
    writeFileSync(join(project, "pom.xml"), pom);
    await tool("mvn", ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${lib}`], {
      cwd: project,
    });
    const list = await tool("mvn", ["-B", "dependency:list"], { cwd: project });
    // [INFO]    group:artifact:jar:version:scope -- module …
    const rows = [...list.matchAll(/^\[INFO\] +([\w.-]+):([\w.-]+):jar:([\w.-]+):compile/gmu)];
    truth.jars = rows.map(([, group, artifact, version]) => `maven ${group}:${artifact} ${version}`).sort();
    await nestJars(lib);
  }

  // The same jars once more inside an executable jar, stored, as Spring Boot packs them.
  async function nestJars(lib: string): Promise<void> {
    const boot = scratch("boot");
    cpSync(lib, join(boot, "BOOT-INF/lib"), { recursive: true });
    await tool("jar", [
      "--create",
      "--no-compress",
      "--file",
      join(shop.rootfs, "opt/java/boot.jar"),
      "-C",
      boot,
      "BOOT-INF",
    ]);
  }

  async function installGo(): Promise<void> {
    const project = scratch("go");
    writeFileSync(
      join(project, "go.mod"),
      "module example.test/server\n\ngo 1.20\n\nrequire golang.org/x/text v0.3.5\n",
    );
    writeFileSync(
      join(project, "main.go"),
      'package main\n\nimport "golang.org/x/text/language"\n\nfunc main() { println(language.English.String()) }\n',
    );
    const env = { ...process.env, GOFLAGS: "-mod=mod", CGO_ENABLED: "0" };
    const program = join(shop.rootfs, "usr/local/bin/server");
    await tool("go", ["build", "-trimpath", "-o", program, "."], { cwd: project, env });
    const said = await tool("go", ["version", "-m", program]);
    const dependencies = [...said.matchAll(/^\tdep\t(\S+)\tv(\S+)/gmu)].map(
      ([, name, version]) => `golang ${name} v${version}`,
    );
    const toolchain = /: go(\S+)/u.exec(said)?.[1];
    truth.go = [...dependencies, `golang stdlib v${toolchain}`].sort();
  }

  async function upgradeAndRemove(): Promise<void> {
    await dpkgInstall("seaworthy-probe", "2.0");
    await inRoot(shop.rootfs, "dpkg --purge seaworthy-leaver >/dev/null");
    await tool(
      "npm",
      ["install", "--silent", "--ignore-scripts", "lodash@4.17.21"],
      npmIn(join(shop.rootfs, "srv/app")),
    );
    await tool(
      "npm",
      ["uninstall", "--silent", "--ignore-scripts", "minimist"],
      npmIn(join(shop.rootfs, "srv/app")),
    );
  }

  function ofType(type: string): readonly string[] {
    return named(
      scanned.report.packages.filter((each) => each.type === type && (each.ownedBy ?? null) === null),
    );
  }

  function layerOf(purlStart: string): number | undefined {
    return scanned.report.packages.find(({ purl }) => purl.startsWith(purlStart))?.layer;
  }

  test("scan finds the packages of dpkg-query, and nothing else", { skip }, async () => {
    const merged = await shop.unpack();
    const format =
      "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n";
    const said = await tool("dpkg-query", [`--admindir=${join(merged, "var/lib/dpkg")}`, "-W", "-f", format]);
    const installed = said.split("\n").filter((line) => line.startsWith("installed "));
    const ours = scanned.report.packages
      .filter(({ type }) => type === "deb")
      .map(
        ({ name, version, arch, source }) =>
          `installed ${name} ${version} ${arch} ${source?.name ?? name} ${source?.version ?? version}`,
      );
    assert.ok(installed.length > 90, `${installed.length} packages`);
    assert.deepEqual(ours.sort(), installed.sort());
  });

  test("scan finds the packages of npm ls, and nothing else", { skip }, async () => {
    const expected = await npmTruth();
    assert.ok(expected.length > 40, `${expected.length} packages`);
    // The application itself stands in no registry, but its package.json names it.
    assert.deepEqual(
      ofType("npm").filter((each) => each !== "npm shop 3.2.1"),
      expected,
    );
  });

  test("scan finds the packages of pip list, and nothing else", { skip }, () => {
    assert.ok(truth.pip.length > 8, truth.pip.join());
    assert.deepEqual(ofType("pypi"), truth.pip);
  });

  test("scan knows that dpkg owns Debian's python3-requests", { skip }, () => {
    const requests = scanned.report.packages.find(({ type, name }) => type === "pypi" && name === "requests");
    assert.equal(requests?.ownedBy, "deb python3-requests");
    assert.deepEqual(
      scanned.report.findings.filter((each) => each.package === requests?.purl),
      [],
    );
  });

  test("scan finds the jars of mvn dependency:list, plain and nested, and nothing else", { skip }, () => {
    assert.ok(truth.jars.length >= 5, truth.jars.join());
    assert.deepEqual([...new Set(ofType("maven"))], truth.jars);
    const io = scanned.report.packages.find(
      ({ type, name }) => type === "maven" && name === "commons-io:commons-io",
    );
    assert.deepEqual(io?.locations.map(({ path }) => path.replace(/!\/META-INF.*$/u, "")).sort(), [
      "opt/java/boot.jar!/BOOT-INF/lib/commons-io-2.5.jar",
      "opt/java/lib/commons-io-2.5.jar",
    ]);
  });

  test("scan finds the modules of go version -m and the toolchain's library, and nothing else", {
    skip,
  }, () => {
    const ours = ofType("golang").filter((each) => !each.startsWith("golang example.test/server "));
    assert.ok(truth.go.length >= 2, truth.go.join());
    assert.deepEqual(
      ours.map((each) => each.replace(/ v?(?=\d)/u, " v")),
      truth.go,
    );
  });

  test("scan knows which layer brought each package", { skip }, () => {
    const expected = {
      "pkg:deb/debian/base-files@": 0,
      "pkg:deb/debian/python3-requests@": 1,
      "pkg:npm/express@": 2,
      "pkg:npm/%40babel/code-frame@": 2,
      "pkg:pypi/flask@": 3,
      "pkg:maven/commons-io/commons-io@": 4,
      "pkg:golang/golang.org/x/text@": 5,
      "pkg:deb/debian/seaworthy-probe@2.0": 6,
      "pkg:npm/lodash@4.17.21": 6,
    };
    const found = Object.fromEntries(Object.keys(expected).map((start) => [start, layerOf(start)]));
    assert.deepEqual(found, expected);
    assert.deepEqual(
      scanned.report.image.layers.map(({ createdBy }) => createdBy),
      [
        "ADD root.tar / # debian",
        "RUN apt-get install python3-requests",
        "RUN npm ci",
        "RUN pip install",
        "COPY app.jar lib /opt/java/",
        "COPY server /usr/local/bin/",
        "RUN upgrade and clean up",
      ],
    );
  });

  test("scan lists what lower layers ship and the last one replaced or removed", { skip }, () => {
    const hidden = scanned.report.hiddenPackages.map(
      ({ name, version, layer, removedIn }) => `${name} ${version} ${layer}→${removedIn}`,
    );
    for (const each of [
      "seaworthy-probe 1.0 1→6",
      "seaworthy-leaver 1:3.4-5~beta1 1→6",
      "lodash 4.17.4 2→6",
      "minimist 1.2.0 2→6",
    ])
      assert.ok(hidden.includes(each), `${each} in ${hidden.join("; ")}`);
  });

  test("scan reports the made-up flaws of what is there, and only those", { skip }, () => {
    const found = scanned.report.findings.map(
      ({ id, fix, layer, kev }) => `${id} ${fix.state} ${fix.versions.join()} ${layer} ${kev}`,
    );
    // Not CVE-2099-0003: the urllib3 here is Debian's, whose own advisories decide.
    assert.deepEqual(found.sort(), [
      "CVE-2099-0004 fixed 2.14.0 4 false",
      "CVE-2099-0005 fixed 0.3.8 5 false",
      "CVE-2099-0009 not-fixed  6 false",
    ]);
  });

  test("scan answers the same bytes twice", { skip }, async () => {
    assert.equal((await scan(shop.reference)).stdout, scanned.stdout);
  });

  test("scan answers the same from every source", { skip: skip || needs("skopeo") }, async () => {
    const dir = scratch("sources");
    const copies = [
      [`docker-archive:${dir}/d.tar:shop:1`, `docker-archive:${dir}/d.tar`],
      [`oci-archive:${dir}/o.tar:t`, `oci-archive:${dir}/o.tar`],
      [`oci:${dir}/zstd:t`, `oci:${dir}/zstd`, "--dest-compress-format", "zstd"],
      [`oci:${dir}/chunked:t`, `oci:${dir}/chunked`, "--dest-compress-format", "zstd:chunked"],
    ] as const;
    for (const [to, from, ...options] of copies) {
      await tool("skopeo", ["copy", "--quiet", "--insecure-policy", ...options, shop.reference, to]);
      const { report } = await scan(from);
      assert.deepEqual(same(report), same(scanned.report), from);
    }
  });

  test("scan reads the unpacked directory as umoci merged it", { skip }, async () => {
    const { report } = await scan(`dir:${await shop.unpack()}`);
    assert.deepEqual(named(report.packages), named(scanned.report.packages));
  });

  /** What may not depend on how the image was stored. */
  function same(report: Scanned["report"]): unknown {
    const { packages, hiddenPackages, findings, undecided, coverage, verdict } = report;
    return {
      packages,
      hiddenPackages,
      findings,
      undecided,
      gaps: coverage.gaps,
      plugins: coverage.plugins,
      verdict,
    };
  }
});
