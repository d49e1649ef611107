import type { Advisory, AdvisoryKey, Affected } from "../core/advisory.ts";
import { affects, decideAffected, notAffected, rangeText } from "../core/affected.ts";
import { distroKey } from "../core/ecosystem.ts";
import type { Decision, Evidence } from "../core/finding.ts";
import type { Matcher } from "../core/matcher.ts";
import type { Package } from "../core/package.ts";
import { schemes } from "../versions/list.ts";

/**
 * Red Hat, AlmaLinux and SUSE name the packages that are installed, Rocky Linux the source packages that they are built from.
 * A package of a module is compared with advisories of the same module stream only, and a plain one with plain ones: each
 * stream has a line of versions of its own.
 */
export const rpm: Matcher = { types: ["rpm"], keys, decide };

const distributions = new Set([
  "rhel",
  "centos",
  "almalinux",
  "rocky",
  "sles",
  "opensuse-leap",
  "opensuse-tumbleweed",
]);

function keys({ distro, name, source }: Package): readonly AdvisoryKey[] {
  if (distro === undefined || !distributions.has(distro.id)) return [];
  const ecosystem = distroKey(distro);
  if (ecosystem === undefined) return [];
  return [{ ecosystem, name: distro.id === "rocky" ? (source?.name ?? name) : name }];
}

function decide(pkg: Package, advisory: Advisory, affected: Affected): Decision {
  const subject = { version: comparedVersion(pkg, affected), scheme: schemes.rpm };
  switch (streams(pkg, affected)) {
    case "same":
      return decideAffected(subject, advisory, affected);
    case "other":
      return notAffected(
        () => streamReason(pkg, affected),
        () => evidenceOf(advisory, affected),
      );
    case "unclear":
      return affects(subject, affected) === false
        ? decideAffected(subject, advisory, affected)
        : {
            kind: "undecided",
            reason: streamReason(pkg, affected),
            evidence: evidenceOf(advisory, affected),
          };
  }
}

// A source rpm's file name has no epoch; what is built from it nearly always has the source's.
function comparedVersion({ name, version, source }: Package, affected: Affected): string {
  if (source === undefined || source.version === "" || affected.name === name) return version;
  const epoch = /^\d+:/.exec(version)?.[0];
  return epoch === undefined || /^\d+:/.test(source.version) ? source.version : `${epoch}${source.version}`;
}

type Streams = "same" | "other" | "unclear";

// https://docs.fedoraproject.org/en-US/modularity/
function streams(pkg: Package, affected: Affected): Streams {
  const ours = isModular(pkg);
  if (ours !== isModularEntry(affected)) return "other";
  if (!ours) return "same";
  const stream = streamOf(pkg.module);
  if (stream === undefined || affected.module === undefined) return "unclear";
  return stream === affected.module ? "same" : "other";
}

// AlmaLinux writes `.module_el8`, all others `.module+el8`.
const modularRelease = /\.module[+_]/;

function isModular({ module, version }: Package): boolean {
  return (module !== undefined && module !== "") || modularRelease.test(version);
}

function isModularEntry({ module, ranges }: Affected): boolean {
  return (
    module !== undefined || ranges.some(({ fixed }) => fixed !== undefined && modularRelease.test(fixed))
  );
}

/** `nodejs:18:8080020230901:abcd` → `nodejs:18`. */
function streamOf(label: string | undefined): string | undefined {
  const [name = "", stream = ""] = (label ?? "").split(":");
  return name === "" || stream === "" ? undefined : `${name}:${stream}`;
}

function streamReason(pkg: Package, affected: Affected): string {
  const ours = isModular(pkg) ? (streamOf(pkg.module) ?? "a module that is not named") : "no module";
  const theirs = isModularEntry(affected)
    ? (affected.module ?? "a module that it does not name")
    : "no module";
  return `the package is of ${ours}, the advisory speaks of ${theirs}`;
}

function evidenceOf(advisory: Advisory, { ecosystem, name, ranges }: Affected): Evidence {
  return {
    advisory: advisory.id,
    source: advisory.source,
    url: advisory.url,
    key: `${ecosystem}/${name}`,
    range: ranges.map(rangeText).join(" or "),
    comparisons: [],
  };
}
