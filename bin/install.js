// Plain JavaScript for any Node >= 20: brings a checkout's node_modules to what package-lock.json says and finds the
// pinned Node. Several first runs at once install once; a half or failed install is repaired by the next run.
import { spawn } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

const beat = 2_000;
const silence = 30_000;

/** Runs `npm ci` in the checkout at `root` unless its node_modules already holds what the lock file asks for. */
export async function completeCheckout(root) {
  if (isComplete(root)) return;
  mkdirOrFail(join(root, ".cache"));
  await withLock(join(root, ".cache/install.lock"), async () => {
    if (isComplete(root)) return;
    const args = ["ci", "--global=false", "--loglevel=error", "--no-audit", "--no-fund"];
    await withProgress("installing its packages (npm ci)", () => run("npm", args, root));
    if (!isComplete(root))
      fail('install packages: "npm ci" ended well but packages are missing', "run npm ci yourself");
  });
}

// npm writes node_modules/.package-lock.json last, so a half install has none; npm ci and npm install both keep it true.
function isComplete(root) {
  const wanted = readPackages(join(root, "package-lock.json"));
  const present = readPackages(join(root, "node_modules/.package-lock.json"));
  if (wanted === undefined)
    fail(
      `read "${join(root, "package-lock.json")}": missing or damaged`,
      "restore it: git checkout package-lock.json",
    );
  if (present === undefined) return false;
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== "" && !entry.dev && !entry.optional && !entry.devOptional)
    .every(([path, entry]) => {
      const there = Object.hasOwn(present, path) ? present[path] : undefined;
      return there?.integrity === entry.integrity && existsSync(join(root, path, "package.json"));
    });
}

function readPackages(path) {
  try {
    const { packages } = JSON.parse(readFileSync(path, "utf8"));
    return typeof packages === "object" && packages !== null ? packages : undefined;
  } catch {
    return undefined;
  }
}

/** Path of the pinned Node's program. The npm package `node` fetches it in an install script, which npm may have skipped. */
export async function pinnedNode(root) {
  const home = nodePackage(root);
  const program = join(home, "bin/node");
  if (existsSync(program)) return program;
  await withLock(join(home, ".seaworthy.lock"), async () => {
    if (existsSync(program)) return;
    const script = ["installArchSpecificPackage"];
    await withProgress("fetching its pinned Node", () => run(process.execPath, script, home));
  });
  if (!existsSync(program))
    fail("fetch the pinned Node: its program is still missing", "use Node 24 or newer");
  return program;
}

function nodePackage(root) {
  try {
    return dirname(createRequire(join(root, "package.json")).resolve("node/package.json"));
  } catch {
    return fail(
      `find the pinned Node for Node ${process.versions.node}: the package "node" is missing`,
      "use Node 24 or newer",
    );
  }
}

/** Runs a program in the place of this one: same terminal, signals passed on, its exit code or signal kept. */
export function runIn(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit" });
    const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"];
    // A terminal's Ctrl-C reaches both; the child decides what it means, this process only waits.
    const forward = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      if (signal !== null) process.kill(process.pid, signal);
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}

// Output is kept back and shown only on failure: stdout belongs to the command.
function run(program, args, cwd) {
  const env = { ...process.env };
  // Set by an npm above us (npm test, npx), they would point this npm at another project.
  for (const name of Object.keys(env))
    if (/^npm_(?:config_local_prefix|config_workspaces?|package_|lifecycle_)/iu.test(name)) delete env[name];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(chunk));
    const stop = () => child.kill("SIGTERM");
    process.once("exit", stop);
    child.once("error", (error) =>
      reject(failure(`run "${program}": ${error.code ?? error.message}`, "install Node with npm")),
    );
    child.once("close", (code, signal) => {
      process.off("exit", stop);
      if (code === 0) return resolve();
      const last = Buffer.concat(said)
        .toString()
        .trim()
        .split("\n")
        .filter((line) => !/complete log|debug-0\.log/u.test(line))
        .slice(-6);
      reject(
        failure(
          `run "${program} ${args[0]}": ended with ${signal ?? code}\n${last.join("\n")}`,
          "mend what npm says and run again",
        ),
      );
    });
  });
}

async function withProgress(doing, work) {
  const started = Date.now();
  const line = (text, end) =>
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}${end ? "\n" : ""}` : `${text}\n`);
  const seconds = () => Math.round((Date.now() - started) / 1000);
  line(`seaworthy: first use: ${doing} …`, false);
  const timer = process.stderr.isTTY
    ? setInterval(() => line(`seaworthy: first use: ${doing} … ${seconds()} s`, false), 1000)
    : undefined;
  try {
    await work();
    line(`seaworthy: first use: ${doing}: done in ${seconds()} s`, true);
  } finally {
    clearInterval(timer);
  }
}

// The holder touches its lock every two seconds; one that is silent, or whose process is gone, is taken over.
async function withLock(path, work) {
  const token = `${hostname()} ${process.pid} ${Date.now()}`;
  for (let tries = 0; !take(path, token); tries++) {
    if (tries === 1) process.stderr.write("seaworthy: first use: waiting for another run that installs …\n");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => {
    if (readOrNothing(path) === token) rmSync(path, { force: true });
  };
  const timer = setInterval(() => touch(path), beat);
  const quit = (signal) => process.exit(signal === "SIGINT" ? 130 : 143);
  process.once("exit", release);
  process.once("SIGINT", quit);
  process.once("SIGTERM", quit);
  try {
    await work();
  } finally {
    clearInterval(timer);
    process.off("exit", release);
    process.off("SIGINT", quit);
    process.off("SIGTERM", quit);
    release();
  }
}

function take(path, token) {
  try {
    writeFileSync(path, token, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST")
      fail(`install packages: cannot write "${path}": ${error.code}`, "make the folder writable");
  }
  const holder = readOrNothing(path);
  if (holder !== undefined && isDead(path, holder)) takeAway(path, holder);
  return false;
}

function isDead(path, holder) {
  const [host, pid] = holder.split(" ");
  try {
    if (Date.now() - statSync(path).mtimeMs > silence) return true;
    if (host === hostname() && Number(pid) > 0) process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

// Another waiter may have taken over since we looked: what was moved aside must be what we judged, else it goes back.
function takeAway(path, judged) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readOrNothing(aside) !== judged) linkSync(aside, path);
  } catch {
    // Somebody else was faster: the loop looks again.
  } finally {
    rmSync(aside, { force: true });
  }
}

function touch(path) {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Taken over after a long stop of this process; the check after the install tells.
  }
}

function readOrNothing(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function mkdirOrFail(path) {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    fail(`install packages: cannot make "${path}": ${error.code}`, "make the checkout writable");
  }
}

function fail(message, hint) {
  throw failure(message, hint);
}

function failure(message, hint) {
  return Object.assign(new Error(`source-unavailable: ${message} (${hint})`), { code: "internal-launch" });
}
