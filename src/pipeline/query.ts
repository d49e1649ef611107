import type { AdvisoryDatabase, AdvisoryKey } from "../core/advisory.ts";
import { releaseOfCodename } from "../core/ecosystem.ts";
import { SeaworthyError } from "../core/errors.ts";
import type { Distro, Package, PackageType } from "../core/package.ts";
import { isOsType } from "../core/package-name.ts";
import { type Purl, parsePurl } from "../core/purl.ts";
import { matchers } from "../matchers/list.ts";
import { schemeFor } from "../versions/list.ts";
import { answerer } from "./match.ts";
import { keysOf } from "./match-package.ts";
import type { Flawed } from "./merge.ts";
import { isNamed } from "./skip.ts";

/** One question: a package URL, and the distribution's release where the purl does not tell it. */
export interface Question {
  readonly purl: string;
  readonly distro?: string | undefined;
}

/** The flaws of the package that was asked for, and what may be wrong with the question. */
export interface QuestionAnswer {
  readonly flaws: readonly Flawed[];
  readonly notes: readonly string[];
}

/**
 * Answers questions over one database.
 * The answerer throws SeaworthyError: `purl-invalid`, `unsupported` (no advisories of that kind), `version-invalid`.
 */
export function questionAnswerer(database: AdvisoryDatabase): (question: Question) => QuestionAnswer {
  const answer = answerer(database);
  return ({ purl, distro }) => {
    const pkg = packageOf(parsePurl(purl), purl, distro);
    const keys = keysOf(pkg, database);
    if (!keys.some(({ ecosystem }) => database.covers(ecosystem)) && !isUngrouped(pkg))
      throw uncovered(purl, pkg, keys[0]?.ecosystem);
    const { flaws } = answer(pkg);
    const scheme = schemeFor(pkg.type);
    const compared = pkg.type === "deb" ? (pkg.source?.version ?? pkg.version) : pkg.version;
    if (flaws.length === 0 && scheme?.valid(compared) !== true)
      throw new SeaworthyError(
        "version-invalid",
        `query "${purl}": "${compared}" is not a version by the rules of ${scheme?.id ?? pkg.type}`,
      );
    return { flaws, notes: flaws.length === 0 ? notesOn(pkg, keys, database) : [] };
  };
}

// Advisories of these name source packages: a binary package's name finds nothing, be it affected or not.
function notesOn(
  { type, name, source, distro }: Package,
  keys: readonly AdvisoryKey[],
  database: AdvisoryDatabase,
): readonly string[] {
  const bySource = type === "deb" || type === "apk" || distro?.id === "rocky";
  if (!bySource || source !== undefined || isNamed(keys, database)) return [];
  return [
    `no advisory names a source package "${name}"; if it is a binary package, give its source as ?upstream=NAME`,
  ];
}

// A jar's group may be told nowhere; then there may be no key, and no advisory either.
function isUngrouped({ type, namespace }: Package): boolean {
  return type === "maven" && (namespace === undefined || namespace === "");
}

function uncovered(purl: string, { type, distro }: Package, ecosystem: string | undefined): SeaworthyError {
  const what = ecosystem ?? (distro === undefined ? type : `${distro.id} ${distro.version}`.trim());
  return new SeaworthyError("unsupported", `query "${purl}": there are no advisories for ${what}`, {
    hint: isOsType(type) ? "tell the release with --distro, as in debian:12" : undefined,
  });
}

/** The package that a purl speaks of. @throws SeaworthyError `purl-invalid`, `unsupported`. */
function packageOf(purl: Purl, text: string, distro: string | undefined): Package {
  const { type, namespace, name, version, qualifiers } = purl;
  if (!isPackageType(type))
    throw new SeaworthyError("unsupported", `query "${text}": no advisories are read for the type "${type}"`);
  if (version === undefined)
    throw new SeaworthyError("purl-invalid", `query "${text}": the version is missing`, {
      hint: "write pkg:TYPE/NAME@VERSION",
    });
  const common = { type, name, purl: text, layer: 0, locations: [], licences: [] };
  if (!isOsType(type)) return { ...common, namespace, version };
  const epoch = qualifiers["epoch"];
  const whole = epoch === undefined || version.includes(":") ? version : `${epoch}:${version}`;
  return {
    ...common,
    version: whole,
    distro: releaseOf(purl, text, distro),
    source: sourceOf(type, qualifiers["upstream"] ?? qualifiers["source"], whole),
    module: qualifiers["rpmmod"] ?? qualifiers["modularity"],
  };
}

function isPackageType(type: string): type is PackageType {
  return Object.hasOwn(matchers, type);
}

/** `openssl`, `openssl@3.0.1-1`, or an rpm's `openssl-3.0.7-6.el9.src.rpm`. */
function sourceOf(type: PackageType, upstream: string | undefined, version: string): Package["source"] {
  if (upstream === undefined) return undefined;
  const [, rpmName, rpmVersion] = /^(.+)-([^-]+-[^-]+)\.src\.rpm$/.exec(upstream) ?? [];
  if (type === "rpm" && rpmName !== undefined && rpmVersion !== undefined)
    return { name: rpmName, version: rpmVersion };
  const at = upstream.lastIndexOf("@");
  if (at > 0) return { name: upstream.slice(0, at), version: upstream.slice(at + 1) };
  return { name: upstream, version };
}

/** purl namespace or other tools' spelling → os-release id. */
const ids: ReadonlyMap<string, string> = new Map([
  ["redhat", "rhel"],
  ["alma", "almalinux"],
  ["rockylinux", "rocky"],
  ["rocky-linux", "rocky"],
  ["suse", "sles"],
  ["opensuse", "opensuse-leap"],
  ["opensuse.leap", "opensuse-leap"],
  ["opensuse.tumbleweed", "opensuse-tumbleweed"],
]);

// The question's own word first, then the purl's qualifier.
function releaseOf(purl: Purl, text: string, named: string | undefined): Distro {
  const spelled = named ?? purl.qualifiers["distro"];
  if (spelled === undefined || spelled === "")
    throw new SeaworthyError("purl-invalid", `query "${text}": the distribution's release is not told`, {
      hint: "tell it with --distro, as in debian:12, or the qualifier distro=debian-12",
    });
  const codename = spelled.toLowerCase().replace(/^(?:debian|ubuntu)[:-](?=[a-z])/, "");
  const { id, version } = readRelease(releaseOfCodename(codename) ?? spelled, purl.namespace);
  return { id: ids.get(id) ?? id, version, idLike: [], prettyName: `${id} ${version}`.trim() };
}

/** `debian:12`, `debian-12.5`, `opensuse-leap-15.5`, `alpine:edge`; a bare number is of the purl's namespace. */
function readRelease(
  spelled: string,
  namespace: string | undefined,
): { readonly id: string; readonly version: string } {
  const text = spelled.toLowerCase();
  if (/^v?\d/.test(text) && namespace !== undefined)
    return { id: namespace, version: text.replace(/^v/, "") };
  const [, id, version] = /^(.+?)[:-]v?(\d[^:]*|edge)$/.exec(text) ?? [];
  return { id: id ?? text, version: version ?? "" };
}
