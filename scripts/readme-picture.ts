import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// node scripts/readme-picture.ts [--check]: puts what `seaworthy scan` really prints for the sample image, with nothing but
// the built-in advisories, into README.md; with --check it fails when the README shows anything else.

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = join(root, "README.md");
const columns = 110;
const shown = 56;

const old = readFileSync(readme, "utf8");
const pattern = /(<!-- picture: scripts\/readme-picture\.ts -->\n```text\n)[\s\S]*?(\n```\n)/u;
if (!pattern.test(old)) throw new Error("read README.md: the place of the picture is gone");
const fresh = old.replace(pattern, (_all, head: string, tail: string) => `${head}${picture()}${tail}`);
if (process.argv.includes("--check")) {
  if (fresh !== old)
    throw new Error("check README.md: the picture is old; run node scripts/readme-picture.ts");
} else writeFileSync(readme, fresh);

function picture(): string {
  const lines = output().trimEnd().split("\n");
  if (lines.length <= shown) return lines.join("\n");
  // The summary stands at the end; what is left out is said.
  const tail = lines.slice(-8);
  const head = lines.slice(0, shown - tail.length);
  const left = lines.length - head.length - tail.length;
  return [...head, `  … ${left} more lines …`, ...tail].join("\n");
}

function output(): string {
  const home = mkdtempSync(join(tmpdir(), "seaworthy-picture-"));
  try {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(root, "bin/seaworthy"), "scan", "--offline"],
      {
        encoding: "utf8",
        env: {
          ...process.env,
          HOME: home,
          XDG_CACHE_HOME: join(home, "cache"),
          XDG_DATA_HOME: join(home, "data"),
          npm_config_cache: process.env["npm_config_cache"] ?? join(process.env["HOME"] ?? home, ".npm"),
          NO_COLOR: "1",
          COLUMNS: String(columns),
        },
      },
    );
    if (status !== 1) throw new Error(`scan the sample image: ended with ${status}\n${stderr}`);
    // The private home of this run is the reader's own.
    return stdout.replaceAll(join(home, "cache"), "~/.cache");
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
