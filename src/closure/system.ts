import { keep, keepBelow, type Reach } from "./reach.ts";

/** Files that programs of every kind expect to find, small all of them. */
const singles: readonly (readonly [path: string, why: string])[] = [
  ["etc/passwd", "names of users"],
  ["etc/group", "names of groups"],
  ["etc/nsswitch.conf", "order of name services"],
  ["etc/host.conf", "how host names are looked up"],
  ["etc/gai.conf", "how addresses are sorted"],
  ["etc/services", "names of ports"],
  ["etc/protocols", "names of protocols"],
  ["etc/mime.types", "types of files"],
  ["etc/localtime", "time zone"],
  ["etc/timezone", "time zone"],
  ["etc/os-release", "tells scanners the distribution"],
  ["usr/lib/os-release", "tells scanners the distribution"],
  ["etc/debian_version", "tells scanners the distribution"],
  ["etc/alpine-release", "tells scanners the distribution"],
  ["etc/redhat-release", "tells scanners the distribution"],
  ["etc/ld.so.cache", "where libraries are"],
  ["etc/ld.so.conf", "where libraries are"],
  ["etc/ssl/openssl.cnf", "settings of OpenSSL"],
  ["etc/ssl/cert.pem", "certificate authorities"],
];

const wholes: readonly (readonly [directory: string, why: string])[] = [
  ["etc/ld.so.conf.d", "where libraries are"],
  ["etc/ssl/certs", "certificate authorities"],
  ["etc/pki/tls", "certificate authorities"],
  ["etc/pki/ca-trust/extracted", "certificate authorities"],
  ["usr/share/zoneinfo", "time zones"],
  ["usr/lib/locale/C.utf8", "locale C.UTF-8"],
  ["tmp", "temporary files"],
  ["var/tmp", "temporary files"],
  ["run", "sockets and process ids"],
];

/** Why data is kept that no file asks for by name. */
export const expectedData = "data that programs expect";

/** Keeps accounts, certificates, time zones and the like. */
export function keepSystemData(reach: Reach): void {
  for (const [path, why] of singles) keep(reach, `/${path}`, reasonOf(why));
  for (const [directory, why] of wholes) keepBelow(reach, directory, reasonOf(why));
}

function reasonOf(why: string): { level: "needed"; why: string; from: undefined } {
  return { level: "needed", why: `${expectedData}: ${why}`, from: undefined };
}

// The multiarch directories of Debian hold libraries of all packages.
const general =
  /^(?:usr|usr\/local|(?:usr\/)?(?:local\/)?(?:bin|sbin|lib|lib32|lib64|libx32|etc|share|include|src|games)?|(?:usr\/)?lib\/[\w-]+-linux-\w+|usr\/libexec|usr\/share\/(?:doc|man|info|locale|lintian|bash-completion)(?:\/.*)?|usr\/lib\/locale|var|var\/(?:lib|cache|log|spool|lib\/(?:dpkg|apt|rpm)(?:\/.*)?|cache\/apt(?:\/.*)?)|dev|proc|sys|home|root|opt|srv|mnt|media|boot|run|tmp|etc\/(?:init\.d|default|cron\.\w+|apt(?:\/.*)?|dpkg(?:\/.*)?))$/;

/** Is it a directory of the whole system, of which its name says nothing? */
export function isGeneral(directory: string): boolean {
  return general.test(directory);
}

const documentation =
  /^usr\/(?:local\/)?share\/(?:doc|doc-base|man|info|lintian|linda|bug|locale|bash-completion|zsh|fish|menu|applications|pixmaps|icons|gtk-doc|help|debconf)\/|^usr\/(?:local\/)?(?:include|src)\/|^etc\/(?:init\.d|cron\.\w+|logrotate\.d|apt|dpkg|kernel|bash_completion\.d)\/|^var\/lib\/dpkg\/|^(?:usr\/)?lib\/(?:systemd|udev|tmpfiles\.d|sysusers\.d)\/(?!lib)/;

/** Is it a manual, a translation, a header, a unit of an init system: nothing that a program in a container reads? */
export function isDocumentation(path: string): boolean {
  return documentation.test(path);
}

/** Does it stand where programs are looked for? */
export function isOnPath(path: string): boolean {
  return /^(?:usr\/)?(?:local\/)?s?bin\/[^/]+$/.test(path);
}
