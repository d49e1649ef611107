import type { Advisory, Affected, FixIntent } from "../core/advisory.ts";
import { headline } from "../core/headline.ts";
import { advisoryName } from "../core/package-name.ts";
import { type Severity, severityWord } from "../core/severity.ts";
import { schemeFor } from "../versions/list.ts";
import { ecosystemKey } from "./osv-ecosystem.ts";
import { affectedRanges, versionsBeside } from "./osv-ranges.ts";
import type { OsvAffected, OsvRecord } from "./osv-schema.ts";

// Notices of a publisher that mend many flaws at once, and those among them that may mend none at all.
const bundle = /^(?:DSA|DLA|DTSA|USN|LSN|RH[SBE]A|AL[SBE]A|RL[SBE]A|RXSA|(?:openSUSE|SUSE)-[A-Z]+)-/;
const maybeNoFlaw = /^(?:RH[BE]A|AL[BE]A|RL[BE]A|(?:openSUSE|SUSE)-(?!SU)[A-Z]+)-/;
const cvePattern = /^CVE-\d{4}-\d{4,}$/;

/**
 * An OSV record as an advisory, of the ecosystems that `takes` names. Undefined for a notice that mends no flaw (bug fixes
 * and enhancements). `affected` is empty when no entry speaks of versions of such a package.
 */
export function osvAdvisory(record: OsvRecord, takes: readonly string[]): Advisory | undefined {
  const bundles = bundle.test(record.id) ? bundled(record) : [];
  if (bundles.length === 0 && maybeNoFlaw.test(record.id)) return undefined;
  const modules = moduleStreams(record);
  return {
    id: record.id,
    source: "osv",
    aliases: aliasesOf(record),
    bundles,
    summary: wordsOf(record),
    severity: publisherSeverity(record),
    cvss: record.severity.filter(isVector).map((severity) => severity.score),
    published: date(record.published),
    modified: date(record.modified),
    withdrawn: record.withdrawn ?? rejected(record),
    affected: withPlainUbuntu(
      record.affected
        .filter((affected) => takes.includes(affected.package?.ecosystem.split(":", 1)[0] ?? ""))
        .flatMap((affected) => affectedEntries(affected, modules)),
    ),
  };
}

// Where Ubuntu speaks of a release's package under Pro alone, the plain one has the flaw and will get no fix without a contract:
// Pro's version is a bound then.
function withPlainUbuntu(entries: readonly Affected[]): readonly Affected[] {
  const keyOf = ({ ecosystem, name }: Affected): string => `${ecosystem}\n${name}`;
  const told = new Set(entries.map(keyOf));
  const plain = entries
    .filter(({ ecosystem }) => ecosystem.startsWith("ubuntu-pro:"))
    .map((pro) => ({
      ...pro,
      ecosystem: pro.ecosystem.replace("ubuntu-pro:", "ubuntu:"),
      intent: "none" as const,
    }))
    .filter((entry) => !told.has(keyOf(entry)));
  return [...entries, ...plain];
}

// NVD's word for withdrawn, which Bitnami copies as a record's text. Of who speaks for himself (Ubuntu) the field alone counts.
function rejected({ id, details, modified }: OsvRecord): string | undefined {
  if (!id.startsWith("BIT-")) return undefined;
  return /^\s*(?:Rejected reason:|\*\* REJECT)/.test(details ?? "") ? (modified ?? "rejected") : undefined;
}

function bundled(record: OsvRecord): readonly string[] {
  const named = [...record.aliases, ...record.upstream, ...record.related];
  return sortedUnique(named.filter((id) => cvePattern.test(id)));
}

// UBUNTU-CVE-2022-0778, DEBIAN-CVE-… and ALPINE-CVE-… are one publisher's word on that CVE.
function aliasesOf(record: OsvRecord): readonly string[] {
  const own = /^[A-Z]+-(CVE-\d{4}-\d{4,})$/.exec(record.id)?.[1];
  const named = bundle.test(record.id)
    ? record.aliases.filter((id) => !cvePattern.test(id))
    : [...record.aliases, ...(own === undefined ? [] : [own])];
  return sortedUnique(named.filter((id) => id !== record.id && id !== ""));
}

function sortedUnique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].sort();
}

function wordsOf(record: OsvRecord): string {
  const title = (record.summary ?? "").replace(/^Red Hat (?:\w+ )+Advisory: /, "");
  return title !== "" ? headline(title, "title") : headline(record.details ?? "", "text");
}

// In the order of trust: GitHub's field, Ubuntu's own type, Red Hat's classification link, Alma's and Rocky's "Important: …".
function publisherSeverity(record: OsvRecord): Severity | undefined {
  if (record.id.startsWith("MAL-")) return "critical";
  const ubuntu = record.severity.find((severity) => severity.type === "Ubuntu")?.score;
  const classified = record.references.find((reference) =>
    reference.url?.includes("/updates/classification/"),
  );
  return (
    severityWord(record.database_specific?.severity) ??
    severityWord(ubuntu) ??
    severityWord(classified?.url?.split("#")[1]) ??
    severityWord(/^(\w+): /.exec(record.summary ?? "")?.[1])
  );
}

function isVector(severity: { readonly type: string; readonly score: string }): boolean {
  return severity.type.startsWith("CVSS_") && severity.score.length <= 256 && severity.score.includes("/");
}

// Go's vulndb stamps 0001-01-01 until it publishes.
function date(text: string | undefined): string | undefined {
  return text === undefined || text.startsWith("0001-") || Number.isNaN(Date.parse(text)) ? undefined : text;
}

// rpm advisories name the module stream only in the title: "nodejs:18 security update", "virt:rhel and virt-devel:rhel …".
function moduleStreams(record: OsvRecord): readonly string[] {
  return record.summary?.match(/(?<![\w:])[A-Za-z0-9][\w+-]*:[\w.+-]+(?= |$|,)/g) ?? [];
}

function affectedEntries(affected: OsvAffected, modules: readonly string[]): readonly Affected[] {
  const ecosystem = ecosystemKey(affected.package?.ecosystem ?? "");
  if (affected.package === undefined || ecosystem === undefined) return [];
  const scheme = schemeFor(ecosystem.replace("ubuntu-pro:", "ubuntu:"));
  const ranges = affectedRanges(affected, scheme);
  const versions = versionsBeside(affected.versions, ranges, scheme);
  if (ranges.length === 0 && versions.length === 0) return [];
  const entry = {
    ecosystem,
    ranges,
    versions,
    severity: entrySeverity(affected),
    intent: intentOf(affected),
  };
  const modular = ranges.some((range) => range.fixed?.includes(".module"));
  const streams = modular && modules.length > 0 ? modules : [undefined];
  return namesOf(affected, affected.package.name).flatMap(([name, fixed]) =>
    streams.map((module) => ({
      ...entry,
      ranges: fixed === undefined ? ranges : ranges.map((range) => ({ ...range, fixed })),
      name: advisoryName(ecosystem, name),
      module,
    })),
  );
}

// SUSE names the source package and lists what its notice brings, each with its own fixed version: not only what is built from
// that source, but from all that the notice mends. Packages of rpm are looked up by their own names.
function namesOf(
  affected: OsvAffected,
  name: string,
): readonly (readonly [name: string, fixed: string | undefined])[] {
  const listed = affected.ecosystem_specific?.binaries.flatMap((each) => Object.entries(each)) ?? [];
  const binaries = new Map<string, string | undefined>([[name, undefined]]);
  for (const [binary, version] of listed)
    if (binary !== "" && binary.length <= 512 && isVersion(version)) binaries.set(binary, version);
  return [...binaries];
}

function isVersion(version: unknown): version is string {
  return typeof version === "string" && version.length <= 512 && schemeFor("sles")?.valid(version) === true;
}

function entrySeverity(affected: OsvAffected): Severity | undefined {
  const specific = affected.ecosystem_specific;
  const ubuntu = affected.severity.find((severity) => severity.type === "Ubuntu")?.score;
  return severityWord(specific?.ubuntu_priority) ?? severityWord(ubuntu) ?? severityWord(specific?.urgency);
}

function intentOf(affected: OsvAffected): FixIntent | undefined {
  if (affected.ranges.some((range) => range.events.some((event) => event.fixed !== undefined)))
    return undefined;
  // GitHub bounds what nothing mends: the version after it is not said to be a fix.
  if (affected.database_specific?.last_known_affected_version_range?.startsWith("<") === true)
    return "unknown";
  if (affected.ecosystem_specific?.urgency === "end-of-life") return "wont-fix";
  return /^(?:Debian|Ubuntu):/.test(affected.package?.ecosystem ?? "") ? "none" : undefined;
}
