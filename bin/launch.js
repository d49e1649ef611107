// Plain JavaScript for any Node >= 20: finds the pinned Node, installs what a checkout lacks, starts the command.
import { readFileSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs `seaworthy ARGS`: here when this Node is new enough, else in the pinned one. */
export async function launch(args) {
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) return printVersion();
  const checkout = isThere("src/cli/entry.ts");
  const entry = join(root, checkout ? "src/cli/entry.ts" : "dist/cli/entry.js");
  try {
    const needsLook = checkout || !newEnough();
    const { completeCheckout, pinnedNode, runIn } = needsLook ? await import("./install.js") : {};
    if (checkout) await completeCheckout(root);
    if (newEnough()) return await runHere(entry);
    return await runIn(await pinnedNode(root), [join(root, "bin/seaworthy"), ...args]);
  } catch (error) {
    if (error?.code !== "internal-launch") throw error;
    process.stderr.write(`seaworthy: ${error.message}\n`);
    process.exitCode = 2;
  }
}

function newEnough() {
  return Number(process.versions.node.split(".")[0]) >= 24;
}

async function runHere(entry) {
  // Compiled (and stripped) code is kept beside the layer cache; a folder that cannot be written costs time only.
  const { directory } = module.enableCompileCache(join(cacheDirectory(), "compiled"));
  // Worker threads read the variable when they start.
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory;
  process.argv[1] = entry;
  await import(pathToFileURL(entry).href);
}

// As cacheDirectory() of src/store/layer-cache.ts, which is not compiled yet when this runs.
function cacheDirectory() {
  const { SEAWORTHY_CACHE_DIR: own, XDG_CACHE_HOME: xdg } = process.env;
  if (own !== undefined && own !== "") return own;
  return join(xdg?.startsWith("/") ? xdg : join(homedir(), ".cache"), "seaworthy");
}

function printVersion() {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  process.stdout.write(`seaworthy ${version}\n`);
}

function isThere(path) {
  try {
    readFileSync(join(root, path));
    return true;
  } catch {
    return false;
  }
}
