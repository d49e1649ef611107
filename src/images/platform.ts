import { SeaworthyError } from "../core/errors.ts";
import type { Platform } from "../core/image.ts";

/** A platform to choose by, and whether the user asked for it. */
export interface WantedPlatform extends Platform {
  readonly asked: boolean;
}

const architectures: ReadonlyMap<string, readonly [architecture: string, variant?: string]> = new Map([
  ["x86_64", ["amd64"]],
  ["x86-64", ["amd64"]],
  ["x64", ["amd64"]],
  ["i386", ["386"]],
  ["i686", ["386"]],
  ["ia32", ["386"]],
  ["aarch64", ["arm64"]],
  ["armhf", ["arm", "v7"]],
  ["armel", ["arm", "v6"]],
  ["ppc64", ["ppc64le"]],
  ["loong64", ["loong64"]],
]);

/**
 * The platform that `--platform` names (`linux/arm64/v8`, `arm64`), by default Linux on this machine's processor.
 * Other spellings are normalised as containerd does (https://github.com/containerd/platforms).
 * @throws SeaworthyError `usage`.
 */
export function wantedPlatform(text: string | undefined): WantedPlatform {
  if (text === undefined) return { ...normalised("linux", process.arch, undefined), asked: false };
  const parts = text.toLowerCase().split("/");
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part)))
    throw new SeaworthyError("usage", `read platform "${text}": it is not OS/ARCHITECTURE[/VARIANT]`, {
      hint: "write linux/amd64, linux/arm64 or linux/arm/v7",
    });
  const [os = "", architecture, variant] = parts.length === 1 ? ["linux", ...parts] : parts;
  return { ...normalised(os === "macos" ? "darwin" : os, architecture ?? "", variant), asked: true };
}

/** `linux/arm64/v8`. */
export function platformText({ os, architecture, variant }: Platform): string {
  const text = `${os || "unknown"}/${architecture || "unknown"}`;
  return variant === undefined || variant === "" ? text : `${text}/${variant}`;
}

/** How well an image's platform serves the wanted one; higher is better, 0 is not at all. */
export function platformFit(has: Platform, wanted: Platform): number {
  const found = normalised(has.os.toLowerCase(), has.architecture.toLowerCase(), has.variant?.toLowerCase());
  if (found.os !== wanted.os || found.architecture !== wanted.architecture) return 0;
  const top = generation(wanted);
  const level = generation(found);
  if (level === top) return 100;
  // An ARM processor runs what was made for older ones; of other kinds the plain one serves, newer only where none was asked for.
  if (wanted.architecture === "arm") return level < top ? 10 + level : 0;
  return wanted.variant === undefined ? Math.max(50 - level, 1) : 0;
}

// arm64 is v8, arm v7 and amd64 v1 where nothing else is said.
function generation({ architecture, variant }: Platform): number {
  const digits = /^v(\d{1,2})/.exec(variant ?? "")?.[1];
  if (digits !== undefined) return Number(digits);
  return architecture === "arm64" ? 8 : architecture === "arm" ? 7 : 1;
}

function normalised(os: string, architecture: string, variant: string | undefined): Platform {
  const [name, implied] = architectures.get(architecture) ?? [architecture];
  const version =
    variant === undefined || variant === "" ? implied : /^\d/.test(variant) ? `v${variant}` : variant;
  return { os, architecture: name, variant: version };
}
