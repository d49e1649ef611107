// node scripts/test.js DIRECTORY…: runs every *.test.ts below the directories in one process under the pinned Node.
// `node --test GLOB` ends well when the glob finds nothing; this does not.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinnedNode, runIn } from "../bin/install.js";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

const files = process.argv.slice(2).flatMap(testsBelow);
if (files.length === 0) throw new Error("run tests: no directory was named");
const newEnough = Number(process.versions.node.split(".")[0]) >= 24;
const node = newEnough ? process.execPath : await pinnedNode(root);
await runIn(node, ["--test", "--test-isolation=none", ...files]);

function testsBelow(directory) {
  const found = readdirSync(directory, { recursive: true })
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => join(directory, path))
    .sort();
  if (found.length === 0) throw new Error(`run tests: no *.test.ts below "${directory}"`);
  return found;
}
