import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { crc32, gzipSync } from "node:zlib";
import { writeZip } from "../../tests/support/zip-write.ts";
import { feeds } from "../feeds/list.ts";
import { createNetwork } from "../net/http.ts";
import { openDatabase } from "../store/advisory-database.ts";
import { documentSource, ensureDatabase } from "./database.ts";
import { type SyncEvent, type SyncOptions, syncDatabase } from "./sync.ts";

const directory = mkdtempSync(join(tmpdir(), "seaworthy-sync-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const now = "2026-01-02T03:04:05Z";
const osv = "osv-vulnerabilities.storage.googleapis.com";
const tracker = "security-tracker.debian.org/tracker/data/json";
const epss = "epss.empiricalsecurity.com/epss_scores-current.csv.gz";
const kev = "www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
const endoflife = "endoflife.date/api/v1/products/full";

function zip(files: Readonly<Record<string, unknown>>): Buffer {
  const members = Object.entries(files).map(([name, value]) => [name, JSON.stringify(value)] as const);
  return Buffer.from(writeZip(Object.fromEntries(members)));
}

function record(id: string, ecosystem: string, name: string, fixed: string) {
  return {
    id,
    modified: "2025-05-05T00:00:00Z",
    summary: `words of ${id}`,
    affected: [
      {
        package: { ecosystem, name },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
  };
}

function upstream(): Map<string, Buffer> {
  const npm = { "GHSA-1.json": record("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.2.3") };
  const redHat = {
    "RHSA.json": {
      ...record("RHSA-2025:0001", "Red Hat:enterprise_linux:9::baseos", "bash", "0:5.1-2.el9"),
      related: ["CVE-2025-0001"],
    },
  };
  return new Map([
    [`${osv}/ecosystems.txt`, Buffer.from("npm\nRed Hat\nHex\n")],
    [`${osv}/npm/all.zip`, zip(npm)],
    [`${osv}/Red Hat/all.zip`, zip(redHat)],
    [
      tracker,
      Buffer.from(
        JSON.stringify({ bash: { "CVE-2025-0001": { releases: { trixie: { status: "open" } } } } }),
      ),
    ],
    [
      "secdb.alpinelinux.org/v3.20/main.json",
      Buffer.from(
        JSON.stringify({ packages: [{ pkg: { name: "bash", secfixes: { "5.2-r1": ["CVE-2025-0001"] } } }] }),
      ),
    ],
    ["secdb.alpinelinux.org/v3.20/community.json", Buffer.from(JSON.stringify({ packages: [] }))],
    [
      kev,
      Buffer.from(JSON.stringify({ vulnerabilities: [{ cveID: "CVE-2025-0001", dateAdded: "2025-06-06" }] })),
    ],
    [
      epss,
      gzipSync(
        "#score_date:2025-07-07T00:00:00+0000\ncve,epss,percentile\nCVE-2025-0001,0.25,0.9\nCVE-1999-0001,0.1,0.2\n",
      ),
    ],
    [
      endoflife,
      Buffer.from(
        JSON.stringify({
          result: [
            { name: "debian", releases: [{ name: "13", eolFrom: "2028-08-09", eoesFrom: "2030-06-30" }] },
          ],
        }),
      ),
    ],
  ]);
}

/** Answers by itself, or says "pass" to the plain answer. */
type Trouble = (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown;

/** Upstream's hosts below one address, with ETags; `troubles` by document, asked before the plain answer. */
function upstreamServer() {
  const documents = upstream();
  const troubles = new Map<string, Trouble>();
  const log: string[] = [];
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? "").slice(1));
    const body = documents.get(name);
    if (body === undefined) return void response.writeHead(404).end();
    const etag = `"${crc32(body)}"`;
    const status =
      request.headers["if-none-match"] === etag ? 304 : request.headers.range === undefined ? 200 : 206;
    log.push(`${status} ${name}`);
    const trouble = troubles.get(name) ?? (() => "pass");
    if (trouble(request, response, body) !== "pass") return;
    if (status === 304) return void response.writeHead(304, { etag }).end();
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = body.subarray(start);
    const range =
      status === 206 ? { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` } : {};
    response.writeHead(status, { etag, "content-length": rest.length, ...range }).end(rest);
  });
  return { documents, troubles, log, server };
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo; // oxlint-disable-line typescript/consistent-type-assertions -- a TCP server's address
  return `http://127.0.0.1:${address.port}/`;
}

const quick = { backOff: 5, attempts: 3, headers: 2000, idle: 2000 };

describe("syncDatabase() from a server laid out as upstream", () => {
  let world: ReturnType<typeof upstreamServer>;
  let base = "";
  let home = "";
  let path = "";
  let events: SyncEvent[] = [];

  beforeEach(async () => {
    world?.server.close();
    world = upstreamServer();
    base = await listening(world.server);
    home = mkdtempSync(join(directory, "home-"));
    path = join(home, "data/advisories.db");
    events = [];
  });
  after(() => world.server.close());

  async function sync(from: string = base, more: Partial<SyncOptions> = {}) {
    const env = { XDG_CACHE_HOME: join(home, "cache") };
    const network = createNetwork({ env, limits: quick });
    const source = documentSource({ from, cwd: home, env, offline: false, network, now });
    try {
      const tell = (event: SyncEvent) => events.push(event);
      return await syncDatabase({ path, feeds, source, now, tell, ...more });
    } finally {
      await network.close();
    }
  }

  function lookups() {
    const database = openDatabase(path);
    const ids = ["npm/left-pad", "rhel:9/bash", "debian:13/bash", "alpine:3.20/bash"].map((key) => {
      const [ecosystem = "", name = ""] = key.split("/");
      return database
        .lookup({ ecosystem, name })
        .map((advisory) => advisory.id)
        .join();
    });
    database.close();
    return ids;
  }

  const all = ["GHSA-aaaa-bbbb-cccc", "RHSA-2025:0001", "CVE-2025-0001", "CVE-2025-0001"];

  it("builds a database of all feeds, sources told", async () => {
    const info = await sync();
    assert.deepEqual(lookups(), all);
    assert.deepEqual(
      info.sources.map(({ name, advisories, covers, fetched, newest }) => ({
        name,
        advisories,
        covers,
        fetched,
        newest,
      })),
      [
        { name: "alpine-secdb", advisories: 1, covers: ["alpine:3.20"], fetched: now, newest: "" },
        { name: "debian-tracker", advisories: 1, covers: ["debian:13"], fetched: now, newest: "" },
        { name: "endoflife", advisories: 1, covers: [], fetched: now, newest: "" },
        { name: "epss", advisories: 2, covers: [], fetched: now, newest: "2025-07-07" },
        { name: "kev", advisories: 1, covers: [], fetched: now, newest: "2025-06-06" },
        {
          name: "osv Red Hat",
          advisories: 1,
          covers: ["rhel:9"],
          fetched: now,
          newest: "2025-05-05T00:00:00Z",
        },
        { name: "osv npm", advisories: 1, covers: ["npm"], fetched: now, newest: "2025-05-05T00:00:00Z" },
      ],
    );
    assert.equal(
      info.sources.find(({ name }) => name === "osv Red Hat")?.url,
      `${base}${osv}/Red%20Hat/all.zip`,
    );
    const database = openDatabase(path);
    assert.equal(database.knownExploited("CVE-2025-0001")?.added, "2025-06-06");
    assert.equal(database.lifecycle("debian", "13")?.endOfLife, "2030-06-30");
    database.close();
    assert.deepEqual(readdirSync(dirname(path)).sort(), ["advisories.db", "advisories.db.lock"]);
  });

  it("fetches again only what has changed", async () => {
    const first = await sync();
    world.log.length = 0;
    world.documents.set(
      `${osv}/npm/all.zip`,
      zip({ "a.json": record("GHSA-dddd-eeee-ffff", "npm", "left-pad", "2.0.0") }),
    );
    const second = await sync();
    assert.deepEqual(
      world.log.filter((line) => line.startsWith("200")),
      [`200 ${osv}/npm/all.zip`],
    );
    assert.equal(lookups()[0], "GHSA-dddd-eeee-ffff");
    assert.notEqual(second.digest, first.digest);
  });

  it("fetches anew what the cache holds in another size than it came", async () => {
    await sync();
    const cached = readdirSync(join(home, "cache/seaworthy/feeds"))[0] ?? "";
    truncateSync(join(home, "cache/seaworthy/feeds", cached, kev), 10);
    world.log.length = 0;
    await sync();
    assert.deepEqual(
      world.log.filter((line) => line.startsWith("200")),
      [`200 ${kev}`],
    );
  });

  it("resumes an answer that breaks off", async () => {
    let broken = 0;
    world.troubles.set(tracker, (request, response, body) => {
      if (request.headers.range !== undefined || broken++ > 0) return "pass";
      response.writeHead(200, { etag: `"${crc32(body)}"`, "content-length": body.length });
      return response.write(body.subarray(0, 20), () => response.destroy());
    });
    await sync();
    assert.deepEqual(lookups(), all);
    assert.ok(world.log.includes(`206 ${tracker}`));
  });

  it("tries again after a 500", async () => {
    let asked = 0;
    world.troubles.set(kev, (_request, response) => {
      if (asked++ > 0) return "pass";
      return response.writeHead(500).end();
    });
    await sync();
    assert.equal(asked, 2);
  });

  it("waits for a slow answer", async () => {
    world.troubles.set(kev, (_request, response, body) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 5));
      setTimeout(() => response.end(body.subarray(5)), 300);
    });
    await sync();
    assert.deepEqual(lookups(), all);
  });

  const failures: readonly [string, string, string, Trouble][] = [
    ["always answers 500", kev, "network-failed", (_request, response) => response.writeHead(500).end()],
    ["is forbidden", kev, "network-failed", (_request, response) => response.writeHead(403).end()],
    [
      "always breaks off",
      kev,
      "network-failed",
      (_request, response, body) => {
        response.writeHead(200, { "content-length": body.length });
        response.write(body.subarray(0, 3), () => response.destroy());
      },
    ],
    ["is a page of HTML", kev, "feed-invalid", (_request, response) => response.end("<html>Sign in</html>")],
    ["is a tracker of HTML", tracker, "feed-invalid", (_request, response) => response.end("<html>")],
    ["is no zip", `${osv}/npm/all.zip`, "feed-invalid", (_request, response) => response.end("<html>")],
    [
      "is half a zip",
      `${osv}/npm/all.zip`,
      "feed-invalid",
      (_request, response, body) => response.end(body.subarray(0, body.length >> 1)),
    ],
    [
      "is a zip of something else",
      `${osv}/npm/all.zip`,
      "feed-invalid",
      (_request, response) => response.end(zip({ "a.json": { x: 1 }, "b.json": [] })),
    ],
  ];
  for (const [what, document, code, trouble] of failures)
    it(`leaves the old database when a document ${what}, and fetches it anew next time`, async () => {
      await sync();
      const old = statSync(path).ino;
      // A changed ETag, so that the trouble is met and not a 304.
      world.documents.set(
        document,
        Buffer.concat([world.documents.get(document) ?? Buffer.of(), Buffer.from(" ")]),
      );
      world.troubles.set(document, trouble);
      await assert.rejects(sync(), { code });
      assert.equal(statSync(path).ino, old);
      assert.deepEqual(lookups(), all);
      assert.deepEqual(readdirSync(dirname(path)).sort(), ["advisories.db", "advisories.db.lock"]);
      world.troubles.clear();
      world.documents.set(document, upstream().get(document) ?? Buffer.of());
      await sync();
      assert.notEqual(statSync(path).ino, old);
    });

  it("tells what a mirror lacks, and covers it not", async () => {
    for (const name of [tracker, `${osv}/npm/all.zip`]) world.documents.delete(name);
    const info = await sync();
    assert.deepEqual(
      events.filter((event) => event.kind === "missing"),
      [
        { kind: "missing", feed: "osv", documents: [`${osv}/npm/all.zip`] },
        { kind: "missing", feed: "debian-tracker", documents: [tracker] },
      ],
    );
    assert.deepEqual(
      info.sources
        .filter(({ missing }) => missing?.length)
        .map(({ name, advisories, missing }) => ({ name, advisories, missing })),
      [
        { name: "debian-tracker", advisories: 0, missing: [tracker] },
        { name: "osv npm", advisories: 0, missing: [`${osv}/npm/all.zip`] },
      ],
    );
    const database = openDatabase(path);
    assert.equal(database.covers("npm"), false);
    assert.equal(database.covers("rhel:9"), true);
    database.close();
  });

  for (const part of ["main", "community"])
    it(`covers no release of Alpine of which ${part} is missing`, async () => {
      const name = `secdb.alpinelinux.org/v3.20/${part}.json`;
      const other = `secdb.alpinelinux.org/v3.19`;
      for (const each of ["main", "community"]) {
        const content = world.documents.get("secdb.alpinelinux.org/v3.20/main.json");
        world.documents.set(`${other}/${each}.json`, content ?? Buffer.of());
        world.documents.set(`secdb.alpinelinux.org/v3.20/${each}.json`, content ?? Buffer.of());
      }
      world.documents.delete(name);
      const { sources } = await sync();
      const secdb = sources.find((source) => source.name === "alpine-secdb");
      assert.deepEqual([secdb?.covers, secdb?.missing], [["alpine:3.19"], [name]]);
    });

  it("covers no distribution by what another's export says of it", async () => {
    const both = record("SUSE-SU-2025:1-1", "SUSE:Linux Enterprise Server 15 SP6", "bash", "5.1-1");
    const leap = { ...both.affected[0], package: { ecosystem: "openSUSE:Leap 15.6", name: "bash" } };
    const notice = { ...both, related: ["CVE-2025-0001"], affected: [...both.affected, leap] };
    world.documents.set(`${osv}/ecosystems.txt`, Buffer.from("SUSE\nopenSUSE\n"));
    world.documents.set(`${osv}/SUSE/all.zip`, zip({ "a.json": notice }));
    const { sources } = await sync();
    const covers = sources.map(({ name, covers }) => `${name}: ${covers.join(" ")}`);
    assert.ok(covers.includes("osv SUSE: sles:15.6"), covers.join("\n"));
    assert.ok(covers.includes("osv openSUSE: "), covers.join("\n"));
  });

  const poorer: readonly [what: string, change: () => void, loss: RegExp][] = [
    [
      "without an export",
      () => world.documents.delete(`${osv}/npm/all.zip`),
      /no advisories for npm; osv npm: 0 records, before 1/,
    ],
    ["without a catalogue", () => world.documents.delete(kev), /kev: 0 records, before 1/],
    [
      "without a release",
      () => world.documents.delete("secdb.alpinelinux.org/v3.20/main.json"),
      /no advisories for alpine:3\.20/,
    ],
    [
      "that is older",
      () => {
        const older = {
          ...record("GHSA-aaaa-bbbb-cccc", "npm", "left-pad", "1.2.3"),
          modified: "2024-04-04T00:00:00Z",
        };
        world.documents.set(`${osv}/npm/all.zip`, zip({ "GHSA-1.json": older }));
      },
      /osv npm: newest of 2024-04-04, before of 2025-05-05/,
    ],
  ];
  for (const [what, change, loss] of poorer)
    it(`keeps the old database before a mirror ${what}, unless the loss is allowed`, async () => {
      await sync();
      change();
      await assert.rejects(sync(), { code: "database-poorer", message: loss, hint: /--allow-loss/ });
      assert.deepEqual(lookups(), all);
      events = [];
      await sync(base, { allowLoss: true });
      const told = events.flatMap((event) => (event.kind === "poorer" ? event.losses : []));
      assert.match(told.join("; "), loss);
    });

  it("leaves out by choice what it is not asked for", async () => {
    await sync();
    await sync(base, { feeds: feeds.filter(({ id }) => id !== "kev") });
    assert.deepEqual(lookups(), all);
  });

  it("refuses a mirror without any feed", async () => {
    world.documents.clear();
    await assert.rejects(sync(), { code: "source-unavailable" });
    assert.equal(existsSync(path), false);
  });

  it("builds the same content from a directory of the same layout", async () => {
    const mirror = join(home, "mirror");
    for (const [name, body] of world.documents) {
      mkdirSync(dirname(join(mirror, name)), { recursive: true });
      writeFileSync(join(mirror, name), body);
    }
    const fromServer = await sync();
    const fromDirectory = await sync("mirror");
    assert.equal(fromDirectory.digest, fromServer.digest);
    assert.equal(existsSync(join(mirror, `${kev}.memo`)), false);
  });

  it("takes all exports of a mirror without a list of them", async () => {
    world.documents.delete(`${osv}/ecosystems.txt`);
    await sync();
    assert.deepEqual(lookups(), all);
  });

  it("rebuilds from the cache alone when offline", async () => {
    const mirror = join(home, "cache/seaworthy/feeds/upstream");
    for (const [name, body] of world.documents) {
      mkdirSync(dirname(join(mirror, name)), { recursive: true });
      writeFileSync(join(mirror, name), body);
      writeFileSync(
        join(mirror, `${name}.memo`),
        JSON.stringify({ size: body.length, fetched: "2025-12-31T00:00:00Z" }),
      );
    }
    const env = { XDG_CACHE_HOME: join(home, "cache") };
    const network = createNetwork({ env, offline: true });
    const source = documentSource({ from: undefined, cwd: home, env, offline: true, network, now });
    const info = await syncDatabase({ path, feeds, source, now, tell: () => undefined });
    assert.deepEqual(lookups(), all);
    assert.equal(info.sources[0]?.fetched, "2025-12-31T00:00:00Z");
    assert.deepEqual(world.log, []);
  });
});

describe("syncDatabase() in several processes", () => {
  const script = fileURLToPath(new URL("../../tests/support/sync-process.ts", import.meta.url));
  const running: ChildProcess[] = [];
  after(() => running.forEach((child) => child.kill("SIGKILL")));

  function start(
    mirror: string,
    path: string,
    ...gate: string[]
  ): { child: ChildProcess; output: Promise<string>; said: () => string } {
    const child = spawn(process.execPath, [script, mirror, path, ...gate], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.push(child);
    let text = "";
    child.stdout?.on("data", (chunk) => (text += String(chunk)));
    return { child, output: once(child, "close").then(() => text), said: () => text };
  }

  async function until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  let mirror = "";
  before(() => {
    mirror = mkdtempSync(join(directory, "mirror-"));
    for (const [name, body] of upstream()) {
      mkdirSync(dirname(join(mirror, name)), { recursive: true });
      writeFileSync(join(mirror, name), body);
    }
  });

  it("lets one build and the others take its result", async () => {
    const path = join(mkdtempSync(join(directory, "many-")), "a.db");
    const gate = join(mkdtempSync(join(directory, "gate-")), "open");
    const first = start(mirror, path, gate);
    await until(() => first.said().includes("building"));
    const others = [start(mirror, path), start(mirror, path)];
    await until(() => others.every(({ said }) => said().includes("waiting")));
    writeFileSync(gate, "");
    const outputs = await Promise.all([first, ...others].map(({ output }) => output));
    const digests = new Set(outputs.map((text) => /digest (\S+)/.exec(text)?.[1]));
    assert.equal(digests.size, 1);
    assert.deepEqual(
      outputs.map((text) => [text.includes("building"), text.includes("waiting")]),
      [
        [true, false],
        [false, true],
        [false, true],
      ],
    );
  });

  it("leaves the old database, and no lock, when it is killed in the middle", async () => {
    const path = join(mkdtempSync(join(directory, "killed-")), "a.db");
    await start(mirror, path).output;
    const old = readFileSync(path);
    const { child, output } = start(mirror, path, join(directory, "never"));
    await until(() => readdirSync(dirname(path)).some((name) => name.endsWith(".staging")));
    child.kill("SIGKILL");
    await output;
    assert.deepEqual(readFileSync(path), old);
    openDatabase(path).close();
    assert.match(await start(mirror, path).output, /digest/);
    assert.deepEqual(readdirSync(dirname(path)).sort(), ["a.db", "a.db.lock"]);
  });
});

describe("syncDatabase() on a failing disk", () => {
  it("says so when the directory cannot be made", async () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    const source = documentSource({
      from: directory,
      cwd: "/",
      env: {},
      offline: true,
      network: createNetwork({ env: {} }),
      now,
    });
    await assert.rejects(
      syncDatabase({ path: join(file, "sub/a.db"), feeds, source, now, tell: () => undefined }),
      { code: "disk-failed" },
    );
  });
});

describe("ensureDatabase()", () => {
  const common = { cwd: directory, now, tell: () => undefined };

  it("opens the file that is named, or says that it is missing", async () => {
    const network = createNetwork({ env: {} });
    const options = { ...common, env: {}, offline: false, network, path: join(directory, "nowhere.db") };
    await assert.rejects(ensureDatabase(options), { code: "database-missing" });
  });

  it("uses the landmarks when offline, and says so in one line", async () => {
    const env = { XDG_DATA_HOME: join(directory, "none") };
    const { database, note } = await ensureDatabase({
      ...common,
      env,
      offline: true,
      network: createNetwork({ env }),
      path: undefined,
    });
    assert.equal(database.info.kind, "landmark");
    assert.match(
      note ?? "",
      /^offline and no advisory database yet; using the embedded landmark advisories only[^\n]*$/,
    );
  });

  it("builds at first use where a mirror is named, and opens what is there after", async () => {
    const world = upstreamServer();
    const base = await listening(world.server);
    const home = mkdtempSync(join(directory, "first-"));
    const env = { XDG_DATA_HOME: home, XDG_CACHE_HOME: home, SEAWORTHY_DB_FROM: base };
    const network = createNetwork({ env });
    const options = { ...common, env, offline: false, network, path: undefined };
    const first = await ensureDatabase(options);
    world.server.close();
    await network.close();
    const second = await ensureDatabase({ ...options, offline: true });
    assert.equal(first.note, undefined);
    assert.equal(first.database.info.kind, "full");
    assert.equal(second.database.info.digest, first.database.info.digest);
    for (const { database } of [first, second]) database.close();
  });

  it("falls back to the landmarks when the first build fails, with the reason", async () => {
    const world = upstreamServer();
    world.documents.clear();
    const base = await listening(world.server);
    const env = {
      XDG_DATA_HOME: join(directory, "empty"),
      XDG_CACHE_HOME: directory,
      SEAWORTHY_DB_FROM: base,
    };
    const network = createNetwork({ env });
    const { database, note } = await ensureDatabase({
      ...common,
      env,
      offline: false,
      network,
      path: undefined,
    });
    world.server.close();
    await network.close();
    assert.equal(database.info.kind, "landmark");
    assert.match(note ?? "", /could not be built: .*none of them is there/);
  });
});
