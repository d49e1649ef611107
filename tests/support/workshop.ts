import { closeSync, cpSync, existsSync, ftruncateSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { needs } from "./needs.ts";
import { scratch, tool } from "./scratch.ts";

/** Real tools at work on one image: each `layer` changes the root file system and becomes a layer of the layout. */
export interface Workshop {
  /** `oci:` reference of the image as it stands. */
  readonly reference: string;
  readonly layout: string;
  readonly rootfs: string;
  layer(createdBy: string, change: () => unknown): Promise<void>;
  /** The merged file system as umoci unpacks it, the truth for whiteouts and links. */
  unpack(): Promise<string>;
}

/** For `{ skip: skipWorkshop }`. umoci must own what it unpacks. */
export function skipWorkshop(...tools: readonly string[]): false | string {
  return needs("umoci", ...tools) || (process.getuid?.() === 0 ? false : "needs root");
}

/** A new image; `base` is a tar that becomes layer 0. */
export async function openWorkshop(base?: {
  readonly tar: string;
  readonly createdBy: string;
}): Promise<Workshop> {
  const dir = scratch("workshop");
  const layout = join(dir, "layout");
  const bundle = join(dir, "bundle");
  const image = `${layout}:t`;
  await tool("umoci", ["init", "--layout", layout]);
  await tool("umoci", ["new", "--image", image]);
  if (base !== undefined)
    await tool("umoci", [
      "raw",
      "add-layer",
      "--image",
      image,
      "--history.created_by",
      base.createdBy,
      base.tar,
    ]);
  await tool("umoci", ["unpack", "--image", image, bundle]);
  return {
    layout,
    reference: `oci:${image}`,
    rootfs: join(bundle, "rootfs"),
    async layer(createdBy, change) {
      await change();
      const args = [
        "repack",
        "--refresh-bundle",
        "--image",
        image,
        "--history.created_by",
        createdBy,
        bundle,
      ];
      await tool("umoci", args);
    },
    async unpack() {
      const fresh = join(scratch("unpacked"), "bundle");
      await tool("umoci", ["unpack", "--image", image, fresh]);
      return join(fresh, "rootfs");
    },
  };
}

let debian: Promise<string> | undefined;

/** A Debian stable minbase root as a tar, made once a run from the machine's own apt sources. */
export function debianRoot(): Promise<string> {
  debian ??= makeDebianRoot();
  return debian;
}

async function makeDebianRoot(): Promise<string> {
  const tar = join(scratch("debian"), "root.tar");
  await tool("mmdebstrap", ["--quiet", "--variant=minbase", "bookworm", tar]);
  cutPadding(tar);
  return tar;
}

// GNU tar fills its last record with zeros. Debian's skopeo drops them when it writes zstd:chunked and keeps the old diff id,
// so that the layer is not what its image says: true, but not what these tests are about.
function cutPadding(tar: string): void {
  const size = statSync(tar).size;
  const tail = Buffer.alloc(1 << 16);
  const file = openSync(tar, "r+");
  readSync(file, tail, 0, tail.length, size - tail.length);
  let used = tail.length;
  while (used > 0 && tail[used - 1] === 0) used -= 1;
  ftruncateSync(file, size - tail.length + Math.ceil(used / 512) * 512 + 1024);
  closeSync(file);
}

/** Runs a shell command inside a root file system, with the machine's name servers. */
export async function inRoot(rootfs: string, command: string): Promise<string> {
  const resolver = join(rootfs, "etc/resolv.conf");
  const had = existsSync(resolver);
  if (!had) cpSync("/etc/resolv.conf", resolver);
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  try {
    return await tool("chroot", [rootfs, "sh", "-ec", command], { env });
  } finally {
    if (!had) rmSync(resolver);
  }
}
