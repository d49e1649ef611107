import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeZip } from "./zip-write.ts";

// A mirror of facts that the tests make up, laid out as upstream serves it (HOST/PATH). The flaws are of the year 2099:
// nobody takes them for real ones.

const far = "2099-12-31";

/** OSV records by the folder of their export. */
const osv: Readonly<Record<string, readonly object[]>> = {
  npm: [
    flaw("GHSA-2099-aaaa-0001", ["CVE-2099-0001"], "npm", "lodash", "0", "4.17.21", critical()),
    flaw("GHSA-2099-aaaa-0002", ["CVE-2099-0002"], "npm", "minimist", "0", undefined, high()),
  ],
  PyPI: [flaw("PYSEC-2099-3", ["CVE-2099-0003"], "PyPI", "urllib3", "0", "99", high())],
  Maven: [
    flaw("GHSA-2099-aaaa-0004", ["CVE-2099-0004"], "Maven", "commons-io:commons-io", "0", "2.14.0", high()),
  ],
  Go: [flaw("GO-2099-0005", ["CVE-2099-0005"], "Go", "golang.org/x/text", "0", "0.3.8", high())],
  "crates.io": [flaw("RUSTSEC-2099-0006", ["CVE-2099-0006"], "crates.io", "smallvec", "0", "99.0.0", high())],
  "Rocky Linux": [
    flaw("RLSA-2099:7", ["CVE-2099-0007"], "Rocky Linux:9", "seaworthy-probe", "0", "0:2.0-1", high()),
  ],
  Bitnami: [flaw("BIT-node-2099-0012", ["CVE-2099-0012"], "Bitnami", "node", "0", "99.0.0", high())],
  Debian: [flaw("DSA-2099-1", ["CVE-2099-0008"], "Debian:12", "seaworthy-probe", "0", "2.0", high())],
};

const debianTracker = {
  "seaworthy-probe": {
    "CVE-2099-0008": tracked({ bookworm: { status: "resolved", fixed_version: "2.0", urgency: "high" } }),
    "CVE-2099-0009": tracked({ bookworm: { status: "open", urgency: "unimportant" } }),
  },
};

const alpine = {
  packages: [
    { pkg: { name: "seaworthy-probe", secfixes: { "2.0-r0": ["CVE-2099-0010"], "0": ["CVE-2099-0011"] } } },
  ],
};

const knownExploited = {
  title: "KEV",
  catalogVersion: "2099.01.01",
  dateReleased: "2099-01-01T00:00:00.0000Z",
  count: 1,
  vulnerabilities: [
    {
      cveID: "CVE-2099-0001",
      vendorProject: "p",
      product: "p",
      vulnerabilityName: "n",
      dateAdded: "2099-01-01",
      shortDescription: "d",
      requiredAction: "a",
      dueDate: "2099-02-01",
      knownRansomwareCampaignUse: "Unknown",
      notes: "",
      cwes: [],
    },
  ],
};

const lifecycles = {
  schema_version: "1.2.0",
  total: 6,
  result: [
    product("debian", [release("12", far), release("11", far), release("9", "2020-07-18")]),
    product("alpine-linux", [release("3.18", far), release("3.10", "2021-05-01")]),
    product("rocky-linux", [release("9", far)]),
    product("ubuntu", [release("24.04", far)]),
    product("nodejs", [release("24", "2020-04-30"), release("20", "2020-04-30")]),
    product("python", [release("3.11", far)]),
  ],
};

/** Lays the mirror out below `dir`. */
export async function writeMirror(dir: string): Promise<void> {
  const bucket = "osv-vulnerabilities.storage.googleapis.com";
  const put = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  };
  await put(`${bucket}/ecosystems.txt`, `${Object.keys(osv).join("\n")}\n`);
  for (const [name, records] of Object.entries(osv)) await put(`${bucket}/${name}/all.zip`, zipOf(records));
  await put("security-tracker.debian.org/tracker/data/json", JSON.stringify(debianTracker));
  await put("secdb.alpinelinux.org/v3.18/main.json", JSON.stringify(alpine));
  await put("secdb.alpinelinux.org/v3.18/community.json", JSON.stringify({ packages: [] }));
  const kev = "www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
  await put(kev, JSON.stringify(knownExploited));
  const epss = "epss.empiricalsecurity.com/epss_scores-current.csv.gz";
  await put(
    epss,
    gzipSync(
      "#model_version:v1,score_date:2099-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2099-0001,0.5,0.9\n",
    ),
  );
  await put("endoflife.date/api/v1/products/full", JSON.stringify(lifecycles));
}

function zipOf(records: readonly object[]): Uint8Array {
  return writeZip(
    Object.fromEntries(
      records.map((record) => {
        const id = "id" in record ? String(record.id) : "";
        return [`${id}.json`, JSON.stringify(record)];
      }),
    ),
  );
}

function flaw(
  id: string,
  aliases: readonly string[],
  ecosystem: string,
  name: string,
  introduced: string,
  fixed: string | undefined,
  severity: object,
): object {
  const events = [{ introduced }, ...(fixed === undefined ? [] : [{ fixed }])];
  const type = ["npm", "Go", "crates.io", "Bitnami"].includes(ecosystem) ? "SEMVER" : "ECOSYSTEM";
  return {
    schema_version: "1.6.0",
    id,
    aliases,
    modified: "2099-01-01T00:00:00Z",
    published: "2099-01-01T00:00:00Z",
    summary: `A made-up flaw of ${name}`,
    details: "Made up by the tests.",
    severity: [severity],
    affected: [{ package: { ecosystem, name }, ranges: [{ type, events }] }],
  };
}

function critical(): object {
  return { type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" };
}

function high(): object {
  return { type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" };
}

function tracked(releases: Readonly<Record<string, object>>): object {
  const rows = Object.entries(releases).map(([name, row]) => [name, { repositories: {}, ...row }]);
  return { description: "A made-up flaw", releases: Object.fromEntries(rows) };
}

function product(name: string, releases: readonly object[]): object {
  return { name, label: name, category: "os", releases };
}

function release(name: string, eolFrom: string): object {
  const over = eolFrom < "2090";
  return { name, codename: null, label: name, releaseDate: "2017-06-17", isLts: false, isEol: over, eolFrom };
}
