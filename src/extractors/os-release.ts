import { SeaworthyError } from "../core/errors.ts";
import type { Distro } from "../core/package.ts";
import type { Extractor, FoundFile } from "../core/plugin.ts";
import { readAssignments } from "../formats/os-release.ts";

/**
 * The operating system: `etc/os-release`, else `usr/lib/os-release` (os-release(5)), else what distributions had before it.
 * An image may hold several of them; which one counts is decided when layers are merged.
 */
export const osRelease: Extractor = {
  id: "os-release",
  wants: ({ path }) =>
    (path.startsWith("etc/") || path.startsWith("usr/lib/os-")) && Object.hasOwn(readers, path),
  extract(file) {
    const reader = Object.hasOwn(readers, file.path) ? readers[file.path] : undefined;
    const distro = reader?.(textOf(file));
    return distro === undefined ? {} : { distro };
  },
};

type Reader = (text: string) => Distro | undefined;

const readers: Readonly<Record<string, Reader>> = {
  "etc/os-release": fromOsRelease,
  "usr/lib/os-release": fromOsRelease,
  "etc/lsb-release": fromLsbRelease,
  "etc/alpine-release": fromAlpineRelease,
  "etc/oracle-release": fromRedHatRelease,
  "etc/centos-release": fromRedHatRelease,
  "etc/fedora-release": fromRedHatRelease,
  "etc/almalinux-release": fromRedHatRelease,
  "etc/rocky-release": fromRedHatRelease,
  "etc/redhat-release": fromRedHatRelease,
  "etc/system-release": fromRedHatRelease,
  "etc/SuSE-release": fromSuseRelease,
  "etc/debian_version": fromDebianVersion,
};

const maxSize = 2 ** 16;

function textOf({ bytes }: FoundFile): string {
  if (bytes.size > maxSize)
    throw new SeaworthyError("limit-exceeded", `read os-release: ${bytes.size} bytes, at most ${maxSize}`);
  const text = Buffer.from(bytes.read(0, bytes.size)).toString("utf8");
  if (text.includes("\0")) throw new SeaworthyError("malformed", "read os-release: it is no text");
  return text;
}

// ID defaults to linux, PRETTY_NAME to Linux; nothing at all tells nothing.
function fromOsRelease(text: string): Distro | undefined {
  const values = readAssignments(text);
  if (values.size === 0) {
    if (/^\s*(#|$)/.test(text)) return undefined;
    throw new SeaworthyError("malformed", "read os-release: no line of it is NAME=value");
  }
  const value = (name: string): string => values.get(name)?.trim() ?? "";
  const name = [value("NAME"), value("VERSION")].filter((part) => part !== "").join(" ");
  const codename = value("VERSION_CODENAME") || value("UBUNTU_CODENAME") || codenameIn(value("VERSION"));
  return {
    id: value("ID").toLowerCase() || "linux",
    version: value("VERSION_ID"),
    idLike: words(value("ID_LIKE")),
    codename: codename === "" ? undefined : codename,
    prettyName: value("PRETTY_NAME") || name || "Linux",
  };
}

// `VERSION="7 (wheezy)"` of releases before VERSION_CODENAME; `(Core)` and `Trusty Tahr` are no code names that anybody looks up.
function codenameIn(version: string): string {
  return /^[\d.]+ \(([a-z]+)\)$/.exec(version)?.[1] ?? "";
}

function fromLsbRelease(text: string): Distro | undefined {
  const values = readAssignments(text);
  const id = (values.get("DISTRIB_ID") ?? "").toLowerCase();
  if (id === "") return undefined;
  const version = values.get("DISTRIB_RELEASE") ?? "";
  const codename = values.get("DISTRIB_CODENAME") ?? "";
  return {
    id,
    version: version === "rolling" ? "" : version,
    idLike: [],
    codename: codename === "" ? undefined : codename,
    prettyName: values.get("DISTRIB_DESCRIPTION") || `${id} ${version}`.trim(),
  };
}

function fromAlpineRelease(text: string): Distro | undefined {
  const version = text.trim();
  return /^\d[\w.]*$/.test(version) ? plain("alpine", version, `Alpine Linux v${version}`) : undefined;
}

/** Beginnings of the one line in `redhat-release` and its kin → os-release id. */
const redHatNames: readonly (readonly [string, string])[] = [
  ["Red Hat Enterprise Linux", "rhel"],
  ["CentOS", "centos"],
  ["Fedora", "fedora"],
  ["AlmaLinux", "almalinux"],
  ["Rocky Linux", "rocky"],
  ["Oracle Linux", "ol"],
  ["Enterprise Linux Enterprise Linux Server", "ol"],
  ["Amazon Linux", "amzn"],
  ["Scientific Linux", "scientific"],
];

// `CentOS release 6.10 (Final)`, `Amazon Linux release 2 (Karoo)`: https://github.com/chef/os_release has a collection.
function fromRedHatRelease(text: string): Distro | undefined {
  const line = firstLine(text);
  const id = redHatNames.find(([name]) => line.startsWith(name))?.[1];
  const version = /\brelease (\d[\w.]*)/.exec(line)?.[1];
  return id === undefined ? undefined : plain(id, version ?? "", line);
}

// SUSE before 12: `SUSE Linux Enterprise Server 11 (x86_64)`, then `VERSION = 11` and `PATCHLEVEL = 4`.
function fromSuseRelease(text: string): Distro | undefined {
  const line = firstLine(text);
  const version = /^VERSION = ([\d.]+)/m.exec(text)?.[1] ?? "";
  const patch = /^PATCHLEVEL = (\d+)/m.exec(text)?.[1];
  if (line.startsWith("SUSE Linux Enterprise"))
    return plain("sles", patch === undefined || patch === "0" ? version : `${version}.${patch}`, line);
  return line.startsWith("openSUSE") ? plain("opensuse-leap", version, line) : undefined;
}

// `12.5`, of which VERSION_ID is the major part. `trixie/sid` tells nothing: Ubuntu has such a line as well.
function fromDebianVersion(text: string): Distro | undefined {
  const major = /^(\d+)(?:\.\d+)*\s*$/.exec(text)?.[1];
  return major === undefined ? undefined : plain("debian", major, `Debian GNU/Linux ${text.trim()}`);
}

function plain(id: string, version: string, prettyName: string): Distro {
  return { id, version, idLike: [], prettyName };
}

function firstLine(text: string): string {
  return (text.trimStart().split("\n", 1)[0] ?? "").trim().slice(0, 200);
}

function words(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
}
