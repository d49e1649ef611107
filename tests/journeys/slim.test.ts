import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import type { SlimPlan } from "../../src/core/slim.ts";
import { type Applied, applyDockerfile } from "../support/apply-dockerfile.ts";
import { repository } from "../support/needs.ts";
import { testDatabase } from "../support/scan.ts";
import { scratch, seaworthy, tool } from "../support/scratch.ts";
import { debianRoot, inRoot, openWorkshop, skipWorkshop, type Workshop } from "../support/workshop.ts";

// Three real images, planned and built anew by the plan: the application runs as it did, and what was unneeded is gone.

const skip = skipWorkshop("mmdebstrap", "chroot", "npm", "pip", "python3");

interface Trial {
  readonly plan: SlimPlan;
  readonly before: string;
  readonly after: string;
  readonly applied: Applied;
  readonly root: string;
  readonly sizes: readonly [before: number, after: number];
}

interface App {
  readonly make: (shop: Workshop) => Promise<void>;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly workingDir: string;
}

async function attempt(app: App): Promise<Trial> {
  const shop = await openWorkshop({ tar: await debianRoot(), createdBy: "ADD root.tar /" });
  await shop.layer("RUN install", () => app.make(shop));
  const config = [
    ...app.entrypoint.map((word) => `--config.entrypoint=${word}`),
    ...app.cmd.map((word) => `--config.cmd=${word}`),
    `--config.workingdir=${app.workingDir}`,
    "--config.env=PATH=/usr/local/bin:/usr/bin:/bin",
    '--config.env=GREETING=a "b" $c',
  ];
  await tool("umoci", ["config", "--image", shop.reference.slice("oci:".length), ...config]);
  const out = join(scratch("plan"), "Dockerfile");
  const args = ["--format", "json", "--dockerfile-out", out, "--db", await testDatabase(), shop.reference];
  const { code, stdout, stderr } = await seaworthy(["slim", ...args]);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const plan: SlimPlan = JSON.parse(stdout);
  const built = await shop.unpack();
  const root = join(scratch("planned"), "root");
  mkdirSync(root);
  const outputBefore = await start(built, [...app.entrypoint, ...app.cmd], "0:0", {});
  const sizeBefore = await sizeOf(built);
  const applied = await applyDockerfile(readFileSync(out, "utf8"), built, root);
  const outputAfter = await start(root, applied.argv, applied.user, applied.env);
  return {
    plan,
    before: outputBefore,
    after: outputAfter,
    applied,
    root,
    sizes: [sizeBefore, await sizeOf(root)],
  };
}

function start(root: string, argv: readonly string[], user: string, env: NodeJS.ProcessEnv): Promise<string> {
  const path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
  return tool("chroot", [`--userspec=${user}`, root, ...argv], { env: { ...env, PATH: path } });
}

async function sizeOf(root: string): Promise<number> {
  return Number((await tool("du", ["-sk", root])).split("\t")[0]);
}

function names(plan: SlimPlan, state: SlimPlan["packages"][number]["state"]): readonly string[] {
  return plan.packages.filter((one) => one.state === state).map(({ type, name }) => `${type} ${name}`);
}

function checkAll(trial: () => Trial, least: number): void {
  test("the planned image's application says the same", { skip }, () => {
    assert.equal(trial().after, trial().before);
    assert.notEqual(trial().after, "");
  });

  test("the planned image runs as nobody of note, in the same place", { skip }, () => {
    const { user, env } = trial().applied;
    assert.deepEqual([user, env["GREETING"]], ["65532:65532", 'a "b" $c']);
  });

  test("the planned image has no file of an unneeded package", { skip }, () => {
    const { plan, root } = trial();
    const gone = names(plan, "unneeded");
    for (const one of ["deb apt", "deb dpkg", "deb perl-base", "deb tar", "deb grep"])
      assert.ok(gone.includes(one), `${one} in ${gone.join(", ")}`);
    for (const path of ["usr/bin/apt", "usr/bin/dpkg", "usr/bin/perl", "usr/bin/tar", ".seaworthy"])
      assert.equal(existsSync(join(root, path)), false, path);
  });

  test("the planned image is smaller, as the plan says", { skip }, () => {
    const [large, small] = trial().sizes;
    assert.ok(small < large * least, `${small} kB of ${large} kB`);
    const { totals } = trial().plan;
    assert.ok(totals.keptBytes < totals.bytes * least, JSON.stringify(totals));
    assert.ok(
      Math.abs(small - totals.keptBytes / 1000) < totals.keptBytes / 2000 + 5000,
      `${small} kB, told ${totals.keptBytes}`,
    );
  });

  test("a scanner sees the OS packages that the planned image has, and no others", { skip }, async () => {
    const { plan, root } = trial();
    const args = ["scan", `dir:${root}`, "--format", "json", "--db", await testDatabase()];
    const { stdout, stderr } = await seaworthy(args);
    assert.notEqual(stdout, "", stderr);
    const { packages }: { readonly packages: SlimPlan["packages"] } = JSON.parse(stdout);
    const seen = packages.filter(({ type }) => type === "deb").map(({ purl }) => purl);
    const kept = plan.packages.filter(({ type, state }) => type === "deb" && state !== "unneeded");
    assert.deepEqual(seen.sort(), kept.map(({ purl }) => purl).sort());
  });

  test("the planned image keeps links and modes", { skip }, () => {
    const { root } = trial();
    assert.equal(lstatSync(join(root, "lib64")).isSymbolicLink(), true);
    assert.equal(lstatSync(join(root, "tmp")).mode & 0o7777, 0o1777);
  });
}

suite("slim: a dynamically linked program", () => {
  let trial: Trial;

  before(
    async () => {
      if (skip !== false) return;
      trial = await attempt({
        make: async ({ rootfs }) => {
          await install(rootfs, "curl");
        },
        entrypoint: ["curl", "-sS", "--retry", "1"],
        cmd: ["file:///etc/os-release", "--version"],
        workingDir: "/",
      });
    },
    { timeout: 600_000 },
  );

  checkAll(() => trial, 0.5);

  test("the plan keeps what curl is linked to, and says why", { skip }, () => {
    const libcurl = trial.plan.packages.find(({ name }) => name === "libcurl4");
    assert.equal(libcurl?.state, "needed");
    assert.deepEqual(
      libcurl.chain.map((step) => step.replace(/^.*: /u, "")),
      ["the image's command", "linked to libcurl.so.4"],
    );
  });

  test("the plan names the smallest base that carries it", { skip }, () => {
    const base = trial.plan.bases.find(({ reference }) => reference.includes("/base-debian12"));
    const { has = [], copied = [] } = base ?? {};
    assert.ok(has.includes("libssl3") && has.includes("libc6"), JSON.stringify(trial.plan.bases));
    assert.ok(copied.includes("libcurl4") && !copied.includes("libc6"), copied.join());
  });
});

suite("slim: a Python application", () => {
  let trial: Trial;

  before(
    async () => {
      if (skip !== false) return;
      trial = await attempt({
        make: makePython,
        entrypoint: ["python3"],
        cmd: ["/srv/app/main.py"],
        workingDir: "/srv/app",
      });
    },
    { timeout: 600_000 },
  );

  checkAll(() => trial, 0.7);

  test("the plan keeps flask with what it imports, and drops what nothing imports", { skip }, () => {
    const kept = [...names(trial.plan, "needed"), ...names(trial.plan, "doubtful")];
    for (const one of ["flask", "werkzeug", "jinja2", "markupsafe", "click", "itsdangerous", "blinker"])
      assert.ok(
        kept.some((each) => each.toLowerCase() === `pypi ${one}`),
        `${one} in ${kept.join(", ")}`,
      );
    const gone = names(trial.plan, "unneeded");
    for (const one of ["requests", "urllib3"])
      assert.ok(gone.includes(`pypi ${one}`), `${one} in ${gone.join(", ")}`);
    assert.equal(existsSync(join(trial.root, "usr/local/lib/python3.11/dist-packages/requests")), false);
  });

  async function makePython({ rootfs }: Workshop): Promise<void> {
    await install(rootfs, "python3");
    const target = join(rootfs, "usr/local/lib/python3.11/dist-packages");
    const quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
    const wheels = ["--python-version", "3.11", "--only-binary=:all:"];
    await tool("pip", [
      "install",
      ...quiet,
      ...wheels,
      "--target",
      target,
      "flask==3.0.3",
      "requests==2.32.3",
    ]);
    mkdirSync(join(rootfs, "srv/app/views"), { recursive: true });
    writeFileSync(
      join(rootfs, "srv/app/views/__init__.py"),
      "import importlib\nhome = importlib.import_module('views.home')\n",
    );
    writeFileSync(join(rootfs, "srv/app/views/home.py"), "def home():\n    return {'ok': True}\n");
    writeFileSync(
      join(rootfs, "srv/app/main.py"),
      `import importlib.metadata, sqlite3, ssl, zoneinfo
from flask import Flask
from views import home
app = Flask(__name__)
app.add_url_rule("/", view_func=home.home)
print(importlib.metadata.version("flask"), app.test_client().get("/").get_json())
print(sqlite3.connect(":memory:").execute("select 6 * 7").fetchone(), ssl.OPENSSL_VERSION, zoneinfo.ZoneInfo("Europe/Rome"))
`,
    );
  }
});

suite("slim: a node application", () => {
  let trial: Trial;

  before(
    async () => {
      if (skip !== false) return;
      trial = await attempt({
        make: makeNode,
        entrypoint: ["/bin/sh", "-c", "exec node /srv/app/server.js"],
        cmd: [],
        workingDir: "/srv/app",
      });
    },
    { timeout: 600_000 },
  );

  checkAll(() => trial, 0.8);

  test("the plan keeps express with what it loads, and drops what nothing loads", { skip }, () => {
    const kept = [...names(trial.plan, "needed"), ...names(trial.plan, "doubtful")];
    for (const one of ["express", "body-parser", "debug", "ms"]) assert.ok(kept.includes(`npm ${one}`), one);
    assert.ok(names(trial.plan, "unneeded").includes("npm lodash"), names(trial.plan, "unneeded").join());
    assert.equal(existsSync(join(trial.root, "srv/app/node_modules/lodash")), false);
  });

  test("the plan starts the one command of the shell without a shell", { skip }, () => {
    assert.deepEqual(trial.applied.argv, ["node", "/srv/app/server.js"]);
  });

  async function makeNode({ rootfs }: Workshop): Promise<void> {
    const app = join(rootfs, "srv/app");
    mkdirSync(app, { recursive: true });
    cpSync(join(repository, "node_modules/node/bin/node"), join(rootfs, "usr/local/bin/node"));
    chmodSync(join(rootfs, "usr/local/bin/node"), 0o755);
    await inRoot(
      rootfs,
      "apt-get -qq update && apt-get -qq install -y --no-install-recommends libstdc++6 >/dev/null; rm -rf /var/lib/apt/lists/*",
    );
    const dependencies = { express: "4.21.2", lodash: "4.17.21" };
    writeFileSync(
      join(app, "package.json"),
      JSON.stringify({ name: "shop", version: "1.0.0", dependencies }),
    );
    const npm = { cwd: app, env: { ...process.env, npm_config_local_prefix: undefined } };
    await tool("npm", ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], npm);
    mkdirSync(join(app, "routes"));
    writeFileSync(
      join(app, "routes/home.js"),
      "module.exports = (request, response) => response.json({ ok: true });\n",
    );
    writeFileSync(
      join(app, "server.js"),
      `const express = require("express");
const app = express();
app.get("/", require("./routes/home"));
const server = app.listen(0, "127.0.0.1", async () => {
  const answer = await fetch("http://127.0.0.1:" + server.address().port + "/");
  console.log(process.version, await answer.text());
  server.close();
});
`,
    );
  }
});

async function install(rootfs: string, ...packages: readonly string[]): Promise<void> {
  const command = `apt-get -qq update && apt-get -qq install -y --no-install-recommends ${packages.join(" ")}`;
  await inRoot(rootfs, `${command} >/dev/null; rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin`);
}
