// node scripts/pinned.js ARGS: runs `node ARGS` under Node 24, whichever Node (>= 20) runs npm. package.json's scripts
// go through it because npm may have skipped the install script that puts the pinned Node into node_modules/.bin.
import { fileURLToPath } from "node:url";
import { pinnedNode, runIn } from "../bin/install.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const newEnough = Number(process.versions.node.split(".")[0]) >= 24;
await runIn(newEnough ? process.execPath : await pinnedNode(root), process.argv.slice(2));
