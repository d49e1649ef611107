import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeTar } from "../../src/formats/tar-write.ts";
import { apkRoot, osRelease } from "./distro-files.ts";
import { type LayerPlan, writeLayout } from "./image.ts";
import { repository } from "./needs.ts";
import { scratch, tool } from "./scratch.ts";

// Images as people make them, of files of real packages: each function makes a root file system and answers its folder.

/** A Debian root by mmdebstrap, with more packages; `slim` leaves documentation out, as Debian's slim images do. */
export async function debianTar(packages: readonly string[], slim: boolean): Promise<string> {
  const tar = join(scratch("debian"), "root.tar");
  // As Debian's own images are merged; else apt takes usrmerge, which brings all of perl.
  const merged = ["--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", "--include=usr-is-merged"];
  const include = packages.length === 0 ? merged : [...merged, `--include=${packages.join()}`];
  const excluded = ["doc", "man", "info", "locale", "groff", "lintian", "linda"];
  const options = slim ? excluded.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`) : [];
  await tool("mmdebstrap", ["--quiet", "--variant=minbase", ...include, ...options, "bookworm", tar]);
  return tar;
}

/** As distroless images are: files of packages, their records in status.d, no package manager, an account without rights. */
export async function distrolessRoot(packages: readonly string[]): Promise<string> {
  const root = scratch("distroless");
  const downloads = scratch("debs");
  chmodSync(downloads, 0o777);
  const status = join(root, "var/lib/dpkg/status.d");
  mkdirSync(status, { recursive: true });
  await tool("apt-get", ["-qq", "download", ...packages], { cwd: downloads });
  const debs = (await tool("ls", [downloads])).trim().split("\n");
  for (const deb of debs) await unpack(join(downloads, deb), root, status);
  mkdirSync(join(root, "etc"), { recursive: true });
  const accounts = [
    "root:x:0:0:root:/root:/sbin/nologin",
    "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin",
    "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin",
  ];
  writeFileSync(join(root, "etc/passwd"), `${accounts.join("\n")}\n`);
  const groups = ["root:x:0:", "nobody:x:65534:", "tty:x:5:", "staff:x:50:", "mail:x:8:", "nonroot:x:65532:"];
  writeFileSync(join(root, "etc/group"), `${groups.join("\n")}\n`);
  return root;
}

async function unpack(deb: string, root: string, status: string): Promise<void> {
  const [name = ""] = basename(deb).split("_");
  const control = scratch("control");
  await tool("dpkg-deb", ["-x", deb, root]);
  await tool("dpkg-deb", ["-e", deb, control]);
  writeFileSync(join(status, name), readFileSync(join(control, "control")));
  writeFileSync(join(status, `${name}.md5sums`), readFileSync(join(control, "md5sums")));
}

/** busybox with its applets as links, and apk's database, as Alpine has them. */
export async function alpineRoot(busybox: string): Promise<string> {
  const root = scratch("alpine");
  const applets = (await tool(busybox, ["--list-full"])).trim().split("\n");
  // Debian's busybox also knows other systems' packages; Alpine's does not.
  const own = applets.filter((path) => !/\/(?:dpkg|dpkg-deb|rpm|rpm2cpio|busybox)$/.test(path));
  mkdirSync(join(root, "bin"), { recursive: true });
  cpSync(busybox, join(root, "bin/busybox"));
  for (const path of own) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync("/bin/busybox", join(root, path));
  }
  const packages = apkRoot(
    { name: "busybox", version: "1.36.1-r0", files: ["bin/busybox"] },
    { name: "apk-tools", version: "2.14.0-r0", files: ["sbin/apk"] },
  ).filter(({ path }) => path !== "bin/busybox");
  const tar = join(scratch("apk"), "apk.tar");
  writeFileSync(tar, writeTar([osRelease("alpine", "3.19.0"), ...packages]));
  await tool("tar", ["-C", root, "-xf", tar]);
  mkdirSync(join(root, "tmp"), { mode: 0o1777 });
  chmodSync(join(root, "tmp"), 0o1777);
  return root;
}

/** A program in Go, linked statically, at `path`. */
export async function goProgram(root: string, path: string): Promise<void> {
  const project = scratch("go");
  writeFileSync(join(project, "go.mod"), "module example.org/server\n\ngo 1.19\n");
  writeFileSync(join(project, "main.go"), 'package main\n\nfunc main() { println("hello") }\n');
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
  mkdirSync(dirname(join(root, path)), { recursive: true });
  await tool("go", ["build", "-trimpath", "-o", join(root, path), "."], { cwd: project, env });
}

/** This repository's own Node and some of its packages. */
export function nodeProgram(root: string): void {
  mkdirSync(join(root, "usr/local/bin"), { recursive: true });
  cpSync(join(repository, "node_modules/node/bin/node"), join(root, "usr/local/bin/node"), {
    dereference: true,
  });
  for (const name of ["undici", "zod"])
    cpSync(join(repository, "node_modules", name), join(root, "app/node_modules", name), { recursive: true });
  writeFileSync(join(root, "app/main.js"), 'import "undici";\n');
}

/** Makes an image, one layer of each root or tar, and answers its reference. */
export async function imageOf(
  layers: readonly { readonly from: string; readonly createdBy: string }[],
  config: Readonly<Record<string, unknown>>,
): Promise<string> {
  const plans: LayerPlan[] = [];
  for (const { from, createdBy } of layers)
    plans.push({
      createdBy,
      compression: "none",
      tar: readFileSync(from.endsWith(".tar") ? from : await tarOf(from)),
    });
  return `oci:${writeLayout(scratch("layout"), { layers: plans, config })}:t`;
}

async function tarOf(root: string): Promise<string> {
  const tar = join(scratch("tar"), "layer.tar");
  await tool("tar", ["--numeric-owner", "-C", root, "-cf", tar, "."]);
  return tar;
}
