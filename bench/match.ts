import { execFileSync } from "node:child_process";
import { DatabaseSync } from "node:sqlite";
import type { Package, PackageType } from "../src/core/package.ts";
import { packagePurl } from "../src/core/purl.ts";
import { matchImage } from "../src/pipeline/match.ts";
import { openDatabase } from "../src/store/advisory-database.ts";

// Matches 1,000 packages with a database of real advisories: `node bench/match.ts DATABASE`. Half are this Debian machine's own
// (dpkg-query), half are language packages, of which every fifth is named by advisories (more than in most images). The
// database is opened anew each time. Tells the first time (cold code), the median and the least.

const [path = ""] = process.argv.slice(2);
const rounds = 30;
const wanted = 1000;
const debian = { id: "debian", version: "12", idLike: [], prettyName: "Debian GNU/Linux 12 (bookworm)" };

const installed = installedPackages().slice(0, wanted / 2);
const languages = wanted - installed.length;
const named = languagePackages(Math.floor(languages / 5));
const unnamed = Array.from({ length: languages - named.length }, (_, index) =>
  packageOf("npm", `seaworthy-bench-${index}`, "1.2.0"),
);
const packages = [...installed, ...named, ...unnamed];
const image = { distro: debian, packages };

const times: number[] = [];
const opening: number[] = [];
const processor: number[] = [];
let findings = 0;
for (let round = 0; round < rounds; round += 1) {
  const start = performance.now();
  const used = process.cpuUsage();
  // Opened anew: what a process that has just started finds, without its files' pages in its own memory.
  const database = openDatabase(path);
  opening.push(performance.now() - start);
  findings = matchImage(image, database, "2025-01-01").findings.length;
  database.close();
  times.push(performance.now() - start);
  processor.push(process.cpuUsage(used).user / 1000);
}
const figures = {
  packages: packages.length,
  debian: installed.length,
  findings,
  firstMilliseconds: round1(times[0] ?? 0),
  medianMilliseconds: median(times),
  leastMilliseconds: round1(Math.min(...times)),
  // Of each: every byte of the file is checked first.
  medianOpenMilliseconds: median(opening),
  // Other work on the machine does not count into this one.
  firstProcessorMilliseconds: round1(processor[0] ?? 0),
  medianProcessorMilliseconds: median(processor),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);

function median(values: readonly number[]): number {
  return round1(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

function installedPackages(): readonly Package[] {
  const format = "${Package}\t${Version}\t${source:Package}\t${source:Version}\n";
  const lines = execFileSync("dpkg-query", ["-W", "-f", format], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [name = "", version = "", source = "", sourceVersion = ""] = line.split("\t");
    return packageOf("deb", name, version, { name: source, version: sourceVersion });
  });
}

function languagePackages(count: number): readonly Package[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const list: unknown = JSON.parse(
    String(database.prepare("SELECT value FROM meta WHERE name = 'ecosystems'").get()?.["value"]),
  );
  const ecosystems = Array.isArray(list) ? list.map(String) : [];
  const types = ["npm", "pypi", "golang", "cargo"] as const;
  const packages = types.flatMap((type) => {
    const names = database
      .prepare("SELECT name FROM package WHERE ecosystem = ? ORDER BY name")
      .all(ecosystems.indexOf(type))
      .map((row) => String(row["name"]));
    const step = Math.max(Math.floor((names.length * types.length) / count), 1);
    return names
      .filter((_, index) => index % step === 0)
      .map((name) => packageOf(type, name, type === "golang" ? "v1.2.0" : "1.2.0"));
  });
  database.close();
  return packages.slice(0, count);
}

function packageOf(type: PackageType, name: string, version: string, source?: Package["source"]): Package {
  const found = { type, name, version, source, licences: [] };
  const distro = type === "deb" ? debian : undefined;
  return { ...found, purl: packagePurl(found, distro), distro, layer: 0, locations: [] };
}
