import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { osRelease } from "../support/distro-files.ts";
import { file, gone, writeLayout } from "../support/image.ts";
import { needs } from "../support/needs.ts";
import { type Scanned, scan } from "../support/scan.ts";
import { scratch, tool } from "../support/scratch.ts";

// A root that rpm itself made; rpm -qa is the truth. Debian's rpm writes sqlite only: the other two formats are made by hand
// in the extractor's own tests.

const skip = needs("rpm", "rpmbuild");

interface Spec {
  readonly name: string;
  readonly version: string;
  readonly epoch?: number;
  readonly more?: string;
}

const first: readonly Spec[] = [
  { name: "seaworthy-probe", version: "1.0-1" },
  { name: "with-epoch", version: "2.3~rc1-4.el9", epoch: 3 },
  {
    name: "modular",
    version: "18.2^git1-1.module_el9",
    more: "ModularityLabel: nodejs:18:9020020230327:rhel9\n",
  },
  { name: "leaver", version: "1-1" },
];
const upgrade: readonly Spec[] = [{ name: "seaworthy-probe", version: "2.0-1" }];

/** Builds all packages into one folder and answers their paths by name. */
async function build(specs: readonly Spec[]): Promise<ReadonlyMap<string, string>> {
  const top = scratch("rpmbuild");
  for (const spec of specs) {
    const path = join(top, `${spec.name}.spec`);
    writeFileSync(path, specText(spec));
    await tool("rpmbuild", [
      "-bb",
      "--quiet",
      "--define",
      `_topdir ${top}`,
      "--define",
      "_build_id_links none",
      path,
    ]);
  }
  const built = readdirSync(join(top, "RPMS/noarch"));
  return new Map(
    specs.map(({ name }) => [
      name,
      join(top, "RPMS/noarch", built.find((rpm) => rpm.startsWith(`${name}-`)) ?? ""),
    ]),
  );
}

function specText({ name, version, epoch, more = "" }: Spec): string {
  const [upstream, release] = version.split("-");
  const head = `Name: ${name}\nVersion: ${upstream}\nRelease: ${release}\nSummary: t\nLicense: MIT AND GPL-2.0-only\nVendor: Rocky Enterprise Software Foundation\nBuildArch: noarch\n`;
  const files = `%description\nt\n%install\nmkdir -p %{buildroot}/usr/share/${name}\necho ${version} > %{buildroot}/usr/share/${name}/version\n%files\n/usr/share/${name}\n`;
  return `${head}${epoch === undefined ? "" : `Epoch: ${epoch}\n`}${more}${files}`;
}

let lowerOnly: Scanned;
let scanned: Scanned;
let root = "";
const rpm = (...args: readonly string[]) =>
  tool("rpm", ["--root", root, "--define", "_dbpath /var/lib/rpm", "--nosignature", ...args]);

suite("an rpm root", () => {
  before(async () => {
    if (skip !== false) return;
    root = scratch("rpm-root");
    mkdirSync(join(root, "var/lib/rpm"), { recursive: true });
    const install = async (specs: readonly Spec[], ...how: readonly string[]) =>
      rpm(...how, "--nodeps", "--noscripts", ...(await build(specs)).values());
    await install(first, "-i");
    const lower = [osRelease("rocky", "9.3"), ...database(root)];
    await install(upgrade, "-U");
    await rpm("-e", "--nodeps", "leaver");
    lowerOnly = await scan(`oci:${writeLayout(scratch("image"), { layers: [{ items: lower }] })}`);
    const layers = [{ items: lower }, { items: [...database(root), gone("usr/share/leaver")] }];
    scanned = await scan(`oci:${writeLayout(scratch("image"), { layers })}`);
  });

  test("scan finds the packages of rpm -qa, and nothing else", { skip }, async () => {
    const format = "%{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE} %{ARCH}\n";
    const truth = (await rpm("-qa", "--qf", format)).trim().split("\n").sort();
    const ours = scanned.report.packages.map(({ name, version, arch }) => {
      const full = /^\d+:/u.test(version) ? version : `0:${version}`;
      return `${name} ${full} ${arch}`;
    });
    assert.equal(truth.length, 3);
    assert.deepEqual(ours.sort(), truth);
  });

  test("scan reads module, licence and layer of rpm packages", { skip }, () => {
    const found = new Map(scanned.report.packages.map((each) => [each.name, each]));
    assert.equal(found.get("modular")?.module, "nodejs:18:9020020230327:rhel9");
    assert.deepEqual(found.get("with-epoch")?.licences, ["MIT AND GPL-2.0-only"]);
    assert.match(
      found.get("with-epoch")?.purl ?? "",
      /^pkg:rpm\/rocky\/with-epoch@2\.3~rc1-4\.el9\?.*epoch=3/u,
    );
    assert.deepEqual([found.get("seaworthy-probe")?.layer, found.get("with-epoch")?.layer], [1, 0]);
  });

  test("scan decides by rpm's order before and after the upgrade", { skip }, () => {
    const ids = ({ report }: Scanned) => report.findings.map(({ id, fix }) => `${id} ${fix.versions.join()}`);
    assert.deepEqual(ids(lowerOnly), ["CVE-2099-0007 0:2.0-1"]);
    assert.deepEqual(ids(scanned), []);
    assert.equal(scanned.report.verdict.decision, "pass", JSON.stringify(scanned.report.verdict));
    const hidden = scanned.report.hiddenPackages.map(({ name, version }) => `${name} ${version}`);
    assert.deepEqual(hidden.sort(), ["leaver 1-1", "seaworthy-probe 1.0-1"]);
  });

  test("scan doubts a damaged rpm database", { skip }, async () => {
    for (const keep of [0.2, 0.5, 0.9]) {
      const cut = database(root).map((item) =>
        item.kind === "file"
          ? { ...item, data: item.data.subarray(0, Math.floor(item.data.length * keep)) }
          : item,
      );
      const plan = { layers: [{ items: [osRelease("rocky", "9.3"), ...cut] }] };
      const { report } = await scan(`oci:${writeLayout(scratch("image"), plan)}`);
      assert.equal(report.verdict.decision, "unknown", `${keep}: ${JSON.stringify(report.verdict)}`);
    }
  });

  function database(root: string) {
    const dir = join(root, "var/lib/rpm");
    return readdirSync(dir)
      .filter((name) => !name.startsWith("."))
      .sort()
      .map((name) => file(`var/lib/rpm/${name}`, readFileSync(join(dir, name))));
  }
});
