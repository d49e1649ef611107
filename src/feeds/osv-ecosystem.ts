import { distroKey } from "../core/ecosystem.ts";

/** What an `all.zip` of OSV is taken for: only entries of its own ecosystems, for a record stands in the zip of each. */
export interface OsvExport {
  /** Folder of the bucket, as `ecosystems.txt` lists it. */
  readonly name: string;
  /** Which ecosystem names (the part before the first colon) it is taken for. */
  readonly takes: readonly string[];
  /** How the keys begin whose advisories it makes up; default: all that it is taken for. */
  readonly own?: string;
}

/** Exports for whose packages Seaworthy has a matcher. */
export const osvExports: readonly OsvExport[] = [
  { name: "AlmaLinux", takes: ["AlmaLinux"] },
  { name: "Alpine", takes: ["Alpine"] },
  { name: "Bitnami", takes: ["Bitnami"] },
  { name: "Debian", takes: ["Debian"] },
  { name: "Go", takes: ["Go"] },
  { name: "Maven", takes: ["Maven"] },
  { name: "PyPI", takes: ["PyPI"] },
  { name: "Red Hat", takes: ["Red Hat"] },
  { name: "Rocky Linux", takes: ["Rocky Linux"] },
  { name: "SUSE", takes: ["SUSE", "openSUSE"], own: "sles:" },
  { name: "Ubuntu", takes: ["Ubuntu"] },
  { name: "crates.io", takes: ["crates.io"] },
  { name: "npm", takes: ["npm"] },
  { name: "openSUSE", takes: ["SUSE", "openSUSE"], own: "opensuse-" },
];

const languages: ReadonlyMap<string, string> = new Map([
  ["npm", "npm"],
  ["PyPI", "pypi"],
  ["Maven", "maven"],
  ["Go", "golang"],
  ["crates.io", "cargo"],
  // What Bitnami packs is the upstream program: its advisories are about that, by its version.
  ["Bitnami", "generic"],
]);

/**
 * OSV's ecosystem name (https://ossf.github.io/osv-schema/#defined-ecosystems) as an advisory key; undefined for one that
 * is not served. Streams that cost extra (RHEL EUS/AUS/E4S/TUS, SLES LTSS) are not the plain release: a fix there is out
 * of reach. Ubuntu Pro has keys of its own, `ubuntu-pro:18.04`.
 */
export function ecosystemKey(ecosystem: string): string | undefined {
  const [family = "", ...rest] = ecosystem.split(":");
  const variant = rest.join(":");
  // `Maven:https://…` names another repository of the same coordinates.
  const language = languages.get(family);
  if (language !== undefined) return language;
  switch (family) {
    case "Debian":
      return keyOf("debian", /^(\d+)(?:\.\d+)?$/.exec(variant)?.[1]);
    case "Ubuntu":
      return ubuntuKey(variant);
    case "Alpine":
      return keyOf("alpine", variant === "edge" ? variant : /^v(\d+\.\d+)$/.exec(variant)?.[1]);
    case "AlmaLinux":
      return keyOf("almalinux", /^\d+$/.exec(variant)?.[0]);
    case "Rocky Linux":
      return keyOf("rocky", /^\d+$/.exec(variant)?.[0]);
    case "Red Hat":
      return keyOf("rhel", /^enterprise_linux:(\d+)(?:\.\d+)?(?:::|$)/.exec(variant)?.[1]);
    case "SUSE":
      return keyOf("sles", susePack(variant));
    case "openSUSE":
      return openSuseKey(variant);
    default:
      return undefined;
  }
}

function keyOf(id: string, version: string | undefined): string | undefined {
  return version === undefined ? undefined : distroKey({ id, version });
}

function ubuntuKey(variant: string): string | undefined {
  const found = /^(Pro:)?(\d+\.\d+)(?::LTS)?$/.exec(variant);
  const key = keyOf("ubuntu", found?.[2]);
  return found?.[1] === undefined ? key : key?.replace("ubuntu:", "ubuntu-pro:");
}

// Products whose packages a plain SLES can install: the server, its modules, Package Hub and the development kit.
const sles =
  /^(?:Linux Enterprise (?:Server|Software Development Kit|Module for .+)|Package Hub) (\d+(?:\.\d+)?)(?: SP(\d))?$/;

function susePack(variant: string): string | undefined {
  const found = sles.exec(variant);
  if (found === null || / for (?:SAP|Raspberry)/.test(variant)) return undefined;
  return found[2] === undefined ? found[1] : `${found[1]}.${found[2]}`;
}

function openSuseKey(variant: string): string | undefined {
  if (variant === "Tumbleweed") return keyOf("opensuse-tumbleweed", "");
  return keyOf("opensuse-leap", /^Leap (\d+\.\d+)(?: NonFree)?$/.exec(variant)?.[1]);
}
