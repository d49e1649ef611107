import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Report } from "../../src/core/report.ts";
import { jsonReport } from "../../src/reports/json.ts";
import { alertReport, hostileText } from "../support/alerts.ts";
import { receive } from "../support/http-receiver.ts";
import { selfSigned, serveMail } from "../support/mail-server.ts";
import { needs, repository } from "../support/needs.ts";
import { fullReport, lodash, sampleFinding, samplePackage } from "../support/sample-report.ts";
import { cleanEnvironment, type Outcome, run, scratch, seaworthy } from "../support/scratch.ts";
import { freePort, start } from "../support/serve.ts";

const key = `whsec_${Buffer.from("hidden-0123456789-0123456789").toString("base64")}`;
const password = "hidden-password";

function textOf(report: Report): string {
  return [...jsonReport(report)].join("");
}

/** A folder with reports of these images, and what `seaworthy alert` does there. */
function place(receivers: string) {
  const cwd = scratch("alert");
  writeFileSync(join(cwd, "alerts.yaml"), `version: 1\nreceivers:\n${receivers}`);
  const stateFile = join(cwd, "state/told.json");
  return {
    cwd,
    state: (): string => (existsSync(stateFile) ? readFileSync(stateFile, "utf8") : ""),
    stateFile,
    report: (name: string, reference: string, ids: readonly string[]): string => {
      writeFileSync(join(cwd, name), textOf(alertReport(reference, ids)));
      return name;
    },
    alert: (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
      seaworthy(["alert", "-c", "alerts.yaml", "--state", "state/told.json", ...args], {
        cwd,
        env: { SOURCE_DATE_EPOCH: "1767225600", SEAWORTHY_DEBUG: "1", KEY: key, ...env },
      }),
  };
}

const ok = (response: ServerResponse): void => void response.end("ok");

/** None of the secrets is in what a run wrote. */
function assertNoSecret(...texts: readonly string[]): void {
  for (const text of texts) assert.doesNotMatch(text, /hidden|whsec_|T000\/B000/u);
}

test("one advisory over 40 images is one alert, for each receiver, once", {
  skip: needs("openssl"),
}, async () => {
  const { key: tlsKey, cert, file } = selfSigned();
  const mail = await serveMail({
    key: tlsKey,
    cert,
    authOptional: false,
    onAuth: ({ username, password: given }, session, done) =>
      session.secure && given === password ? done(null, { user: username ?? "" }) : done(new Error("no")),
  });
  const web = await receive(ok);
  const { alert, report, state } = place(`
  chat: {slack: {url: $SLACK}}
  team: {teams: {url: $TEAMS}}
  hook: {webhook: {url: "${web.url}/hook", secret: $KEY}}
  post: {email: {smtp: $SMTP, from: "Seaworthy <s@example.org>", to: [a@example.org, b@example.org]}}
`);
  const env = {
    SLACK: `${web.url}/services/T000/B000/hidden`,
    TEAMS: `${web.url}/workflows/hidden`,
    SMTP: `smtp://user:${password}@${mail.host}`,
    NODE_EXTRA_CA_CERTS: file,
  };
  const reports = Array.from({ length: 40 }, (_, at) =>
    report(`${at}.json`, `example.org/app-${at}:1`, ["CVE-2026-1"]),
  );

  const dry = await alert([...reports, "--dry-run"], env);
  assert.deepEqual([dry.code, web.posts.length, mail.mails.length, state()], [0, 0, 0, ""]);
  assert.match(
    dry.stdout,
    /^chat \(slack\): 1 alert would be told\n {2}new {2}high {2}CVE-2026-1 {2}40 images\n/u,
  );

  const first = await alert(reports, env);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^chat \(slack\): 1 alert told\n.*^post \(email\): 1 alert told\n/msu);
  const posted = new Map(web.posts.map((post) => [post.path, post]));
  assert.equal(web.posts.length, 3);
  assert.match(
    posted.get("/services/T000/B000/hidden")?.body ?? "",
    /"Seaworthy: 1 advisory over 40 images"/u,
  );
  assert.match(posted.get("/workflows/hidden")?.body ?? "", /"CVE-2026-1 \(high\) in 40 images"/u);
  const hook = posted.get("/hook");
  assert.ok(hook !== undefined);
  new Webhook(key).verify(hook.body, { ...hook.headers });
  const told = z.object({ alerts: z.array(z.object({ id: z.string(), images: z.array(z.unknown()) })) });
  assert.deepEqual(
    told.parse(JSON.parse(hook.body)).alerts.map(({ id, images }) => [id, images.length]),
    [["CVE-2026-1", 40]],
  );
  const [letter] = mail.mails;
  assert.deepEqual(
    [letter?.to, letter?.secure, letter?.user],
    [["a@example.org", "b@example.org"], true, "user"],
  );
  assert.match(letter?.source ?? "", /^Subject: Seaworthy: 1 advisory over 40 images\r$/mu);

  const again = await alert(reports, env);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /^chat \(slack\): 0 alerts told\nteam/u);
  assert.deepEqual([web.posts.length, mail.mails.length], [3, 1]);

  const free = Array.from({ length: 40 }, (_, at) => report(`${at}.json`, `example.org/app-${at}:2`, []));
  const mended = await alert([...free, "--format", "json"], env);
  const receiver = z.object({
    receiver: z.string(),
    told: z.array(z.object({ id: z.string(), news: z.string() })),
    waiting: z.array(z.unknown()),
    error: z.null(),
  });
  const { receivers } = z
    .object({ dryRun: z.literal(false), receivers: z.array(receiver) })
    .parse(JSON.parse(mended.stdout));
  assert.deepEqual(
    receivers.map(({ receiver: name, told: [one] }) => [name, one?.id, one?.news]),
    ["chat", "team", "hook", "post"].map((name) => [name, "CVE-2026-1", "mended"]),
  );
  assertNoSecret(...[dry, first, again, mended].flatMap(({ stdout, stderr }) => [stdout, stderr]), state());
  await web.close();
  await mail.close();
});

test("receivers that fail, hang, are busy, break off or redirect lose nothing and delay nobody", async () => {
  let healthy = false;
  const bad = (fail: (response: ServerResponse, number: number) => void) =>
    receive((response, number) => (healthy ? ok(response) : fail(response, number)));
  const all = {
    fails: await bad((response) => void response.writeHead(500).end("hidden")),
    hangs: await bad(() => {}),
    busy: await bad((response, number) =>
      number === 1 ? void response.writeHead(429, { "retry-after": "1" }).end() : ok(response),
    ),
    breaks: await bad((response) => void response.destroy()),
    late: await bad((response) => void setTimeout(() => ok(response), 700)),
    redirects: await bad((response) =>
      response.req.method === "GET"
        ? ok(response)
        : void response.writeHead(302, { location: "/login" }).end(),
    ),
    fine: await receive(ok),
  };
  const greylists = await serveMail({}, [451]);
  const refuses = await serveMail({
    onMailFrom: (_address, _session, done) =>
      healthy ? done() : done(Object.assign(new Error(`hidden ${password}`), { responseCode: 550 })),
  });
  const lines = Object.entries(all).map(
    ([name, { url }]) => `  ${name}: {slack: {url: "${url}/services/T000/B000/hidden"}}\n`,
  );
  const mails = Object.entries({ greylists, refuses }).map(
    ([name, { host }]) =>
      `  ${name}: {email: {smtp: "smtp://${host}", from: a@example.org, to: [b@example.org]}}\n`,
  );
  const { alert, report, state } = place([...lines, ...mails].join(""));
  const reports = [report("a.json", "example.org/app:1", ["CVE-2026-1"])];

  const started = performance.now();
  const first = await alert([...reports, "--deadline", "4"]);
  assert.ok(performance.now() - started < 15_000);
  assert.equal(first.code, 3);
  for (const name of ["busy", "late", "fine", "greylists"])
    assert.match(first.stdout, new RegExp(`^${name} \\(\\w+\\): 1 alert told$`, "mu"));
  const errors: readonly (readonly [name: string, state: RegExp])[] = [
    [
      "fails",
      /network-failed: fails \(slack\): 1 alert waits for the next run: tell "127\.0\.0\.1:\d+": it answered 500$/mu,
    ],
    ["hangs", /hangs \(slack\): 1 alert waits .*: not taken within 4 seconds$/mu],
    ["breaks", /breaks \(slack\): .*the connection (?:was reset|broke off)$/mu],
    ["redirects", /redirects \(slack\): .*it redirects/mu],
    ["refuses", /refuses \(email\): .*the server refuses sender or receiver \(answer 550\)$/mu],
  ];
  for (const [name, said] of errors) {
    assert.match(first.stdout, new RegExp(`^${name} \\(\\w+\\): 0 alerts told$`, "mu"));
    assert.match(first.stderr, said);
  }

  healthy = true;
  // The next run looks at nothing of it: what waits is in the state file.
  const second = await alert([report("b.json", "example.org/other:1", [])]);
  assert.equal(second.code, 0, second.stderr);
  for (const [name] of errors)
    assert.match(second.stdout, new RegExp(`^${name} \\(\\w+\\): 1 alert told$`, "mu"));
  assert.match(second.stdout, /^fine \(slack\): 0 alerts told$/mu);
  const third = await alert(reports);
  assert.doesNotMatch(third.stdout, /[1-9]\d* alerts? told/u);
  assertNoSecret(...[first, second, third].flatMap(({ stdout, stderr }) => [stdout, stderr]), state());
  await Promise.all([...Object.values(all), greylists, refuses].map((server) => server.close()));
});

test("a run that is killed before or after a receiver answers loses nothing", async () => {
  let answers = false;
  let asked = (): void => {};
  const web = await receive((response) => {
    asked();
    if (answers) ok(response);
  });
  const { cwd, alert, report, stateFile, state } = place(`  a: {slack: {url: "${web.url}/x"}}\n`);
  const reports = [report("a.json", "example.org/app:1", ["CVE-2026-1"])];
  const reached = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const args = [
    join(repository, "src/cli/entry.ts"),
    "alert",
    "-c",
    "alerts.yaml",
    "--state",
    stateFile,
    "a.json",
  ];
  const child = spawn(process.execPath, args, { cwd, env: cleanEnvironment(), stdio: "ignore" });
  await reached;
  assert.match(state(), /"waiting": \[\n/u);
  child.kill("SIGKILL");
  await new Promise((resolve) => {
    child.once("close", resolve);
  });

  // The receiver may have it, and nobody noted that: it is told again, also by a run that looks elsewhere.
  answers = true;
  const second = await alert([report("b.json", "example.org/other:1", [])]);
  assert.match(second.stdout, /1 alert told/u);
  assert.match((await alert(reports)).stdout, /0 alerts told/u);
  assert.equal(web.posts.length, 2);
  assert.deepEqual(
    readdirSync(join(cwd, "state")).filter((name) => name.endsWith(".tmp")),
    [],
  );
  assert.equal(statSync(stateFile).mode & 0o077, 0);
  await web.close();
});

test("of two runs at once one waits, and tells nothing twice", async () => {
  const web = await receive((response) => void setTimeout(() => ok(response), 1500));
  const { alert, report } = place(`  a: {slack: {url: "${web.url}/x"}}\n`);
  const reports = [report("a.json", "example.org/app:1", ["CVE-2026-1"])];
  const both = await Promise.all([alert(reports), alert(reports)]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
  );
  assert.equal(web.posts.length, 1);
  assert.match(both.map(({ stderr }) => stderr).join(""), /another run tells alerts: waiting/u);
  await web.close();
});

test("wrong files end with 2 and tell nobody", async () => {
  const web = await receive(ok);
  const { alert, report, cwd, stateFile } = place(`  a: {slack: {url: $SLACK}}\n`);
  const good = report("a.json", "example.org/app:1", ["CVE-2026-1"]);
  const env = { SLACK: `${web.url}/services/T000/B000/hidden` };
  const rows: readonly (readonly [args: readonly string[], env: NodeJS.ProcessEnv, said: RegExp])[] = [
    [[], env, /usage: .*no report is named/u],
    [["none.json"], env, /usage: read report "none\.json"|usage: read report/u],
    [["alerts.yaml"], env, /report-invalid: /u],
    [[good, "--format", "xml"], env, /usage: .*--format is text or json/u],
    [[good, "--deadline", "0"], env, /usage: .*--deadline is seconds/u],
    [[good, "--today", "2026-02-30"], env, /usage: .*--today/u],
    [[good], {}, /alerts-invalid: read alerts "alerts\.yaml:3:20": .*"SLACK" is not set/u],
    [[good], { SLACK: "hidden" }, /alerts-invalid: .*it is no address/u],
  ];
  for (const [args, given, said] of rows) {
    const outcome = await alert(args, given);
    assert.equal(outcome.code, 2, outcome.stderr);
    assert.match(outcome.stderr, said);
    assertNoSecret(outcome.stderr, outcome.stdout);
  }
  assert.equal((await alert([good], env)).code, 0);
  const told = web.posts.length;
  writeFileSync(stateFile, "{}");
  const damaged = await alert([good, "--format", "json"], env);
  assert.equal(damaged.code, 2);
  assert.match(damaged.stderr, /alerts-invalid: read alert state ".*told\.json": /u);
  assert.match(damaged.stdout, /^\{"error":\{"code":"alerts-invalid"/u);
  assert.equal(web.posts.length, told);
  assert.equal(readFileSync(stateFile, "utf8"), "{}");
  assert.ok(existsSync(join(cwd, "a.json")));
  await web.close();
});

test("hostile names steer no terminal", async () => {
  const evil = samplePackage(`e${hostileText}`, "1", 1);
  const web = await receive(ok);
  const { alert, cwd } = place(`  a: {slack: {url: "${web.url}/x"}}\n`);
  const report = { ...alertReport("example.org/app:1", []), packages: [evil, lodash] };
  const findings = [sampleFinding(evil, `CVE-1${hostileText}`, "high", { summary: hostileText })];
  writeFileSync(join(cwd, "a.json"), textOf({ ...report, findings }));
  const { code, stdout, stderr } = await alert(["a.json"]);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout.replaceAll("\n", ""), /[\p{Cc}\u202E]/u);
  assert.doesNotMatch(web.posts[0]?.body ?? "", /<!channel>|\\u001b|\\u202e/iu);
  await web.close();
});

const alertmanager = { skip: needs("prometheus-alertmanager", "amtool") };

test("Alertmanager has each advisory once, and it ends when it is mended", alertmanager, async () => {
  const [port, web] = [await freePort(), await receive(ok)];
  const dir = scratch("alertmanager");
  const config = join(dir, "config.yml");
  writeFileSync(
    config,
    `route: {receiver: a, group_by: [advisory], group_wait: 0s, group_interval: 1s}\nreceivers: [{name: a, webhook_configs: [{url: "${web.url}"}]}]\n`,
  );
  const server = await start(
    "prometheus-alertmanager",
    [
      `--config.file=${config}`,
      `--storage.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    port,
  );
  const url = `http://127.0.0.1:${port}`;
  const { alert, report } = place(`  a: {alertmanager: {url: "${url}", labels: {team: payments}}}\n`);
  const row = z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    endsAt: z.string(),
  });
  const active = async () => {
    const { code, stdout, stderr } = await run("amtool", [
      `--alertmanager.url=${url}`,
      "-o",
      "json",
      "alert",
      "query",
    ]);
    assert.equal(code, 0, stderr);
    return z.array(row).parse(JSON.parse(stdout));
  };
  try {
    for (const tag of ["1", "2"]) {
      const found = report("a.json", `example.org/app:${tag}`, ["CVE-2026-1", "CVE-2026-2"]);
      const told = await alert([found]);
      assert.equal(told.code, 0, told.stderr);
      const alerts = await active();
      assert.deepEqual(
        alerts
          .map(({ labels }) => labels)
          .sort((a, b) => (a["advisory"] ?? "").localeCompare(b["advisory"] ?? "")),
        ["CVE-2026-1", "CVE-2026-2"].map((advisory) => ({
          advisory,
          alertname: "SeaworthyFinding",
          team: "payments",
        })),
      );
      assert.match(alerts[0]?.annotations["images"] ?? "", new RegExp(`^example\\.org/app:${tag} \\(`, "u"));
      assert.ok(Date.parse(alerts[0]?.endsAt ?? "") - Date.now() > 29 * 24 * 3_600_000);
    }
    const mended = await alert([report("a.json", "example.org/app:3", ["CVE-2026-2"])]);
    assert.equal(mended.code, 0, mended.stderr);
    assert.deepEqual(
      (await active()).map(({ labels }) => labels["advisory"]),
      ["CVE-2026-2"],
    );
  } finally {
    await server.stop();
    await web.close();
  }
});

test("an image in which something could not be read is not called mended", async () => {
  const web = await receive(ok);
  const { alert, report, cwd } = place(`  a: {slack: {url: "${web.url}/x"}}\n`);
  await alert([report("a.json", "example.org/app:1", ["CVE-2026-1"])]);
  const blind = {
    ...fullReport,
    image: { ...fullReport.image, reference: "example.org/app:2" },
    findings: [],
  };
  writeFileSync(join(cwd, "b.json"), textOf(blind));
  const { stdout } = await alert(["b.json"]);
  assert.match(stdout, /0 alerts told/u);
  await web.close();
});
