import { SeaworthyError } from "../core/errors.ts";
import { accessBytes } from "./random-access.ts";
import { readStanzas } from "./rfc822.ts";

/** What the Release file of an apt repository says (https://wiki.debian.org/DebianRepository/Format). Its signature is not looked at. */
export interface AptRelease {
  /** Who publishes it: `Debian`; empty when it does not say. */
  readonly origin: string;
  /** `bookworm-security`; empty when it does not say. */
  readonly codename: string;
  /** Packages of it are only installed when they are asked for (backports). */
  readonly notAutomatic: boolean;
  /** Files may be fetched by their digest: a repository that changes meanwhile does no harm. */
  readonly byHash: boolean;
  /** Packages for all architectures are in lists of their own; else each architecture's list has them, too. */
  readonly allApart: boolean;
  /** Path below the Release file → what it must be. */
  readonly files: ReadonlyMap<string, ReleaseFile>;
}

/** One file of a repository. `sha256` in lower-case hexadecimal digits. */
export interface ReleaseFile {
  readonly sha256: string;
  readonly size: number;
}

const fields: ReadonlySet<string> = new Set([
  "origin",
  "codename",
  "notautomatic",
  "acquire-by-hash",
  "no-support-for-architecture-all",
  "architectures",
  "sha256",
]);
const mostFiles = 100_000;

/** Reads Release, or InRelease with its armour. @throws SeaworthyError `malformed` when it has no SHA-256 sums; `limit-exceeded`. */
export function readAptRelease(bytes: Uint8Array, what: string): AptRelease {
  const [stanza] = readStanzas(accessBytes(Buffer.from(`${withoutArmour(bytes)}\n`)), what, fields);
  const sums = stanza?.fields.get("sha256");
  if (stanza === undefined || stanza.damage !== undefined || sums === undefined)
    throw new SeaworthyError(
      "malformed",
      `read ${what}: ${stanza?.damage?.message ?? "it has no SHA-256 sums"}`,
    );
  return {
    origin: stanza.fields.get("origin") ?? "",
    codename: stanza.fields.get("codename") ?? "",
    notAutomatic: stanza.fields.get("notautomatic") === "yes",
    byHash: stanza.fields.get("acquire-by-hash") === "yes",
    allApart:
      (stanza.fields.get("architectures") ?? "").split(/\s+/).includes("all") &&
      stanza.fields.get("no-support-for-architecture-all") !== "Packages",
    files: filesOf(sums),
  };
}

// https://www.rfc-editor.org/rfc/rfc9580#name-cleartext-signature-framewo
function withoutArmour(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("utf8").replaceAll("\r\n", "\n");
  if (!text.startsWith("-----BEGIN PGP SIGNED MESSAGE-----")) return text;
  const start = text.indexOf("\n\n");
  const end = text.indexOf("\n-----BEGIN PGP SIGNATURE-----");
  if (start < 0 || end < start) return "";
  return `${text.slice(start + 2, end).replace(/^- /gm, "")}\n`;
}

function filesOf(sums: string): ReadonlyMap<string, ReleaseFile> {
  const files = new Map<string, ReleaseFile>();
  for (const line of sums.split("\n")) {
    const [, sha256 = "", size = "", path = ""] =
      /^([0-9a-f]{64})\s+(\d{1,15})\s+(\S{1,300})$/.exec(line) ?? [];
    if (path === "" || path.startsWith("/") || path.split("/").includes("..")) continue;
    files.set(path, { sha256, size: Number(size) });
    if (files.size >= mostFiles) break;
  }
  return files;
}
