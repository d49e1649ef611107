import type { TarItem } from "../../src/formats/tar-write.ts";
import { file } from "./image.ts";

// Small root file systems, as the distributions' own tools would leave them.

type FileItem = Extract<TarItem, { kind: "file" }>;

/** One package of a fabricated root. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  readonly files?: readonly string[];
}

const probe: Installed = { name: "seaworthy-probe", version: "2.0", files: ["usr/bin/probe"] };

/** os-release of a distribution. */
export function osRelease(id: string, version: string): TarItem {
  return file("etc/os-release", `ID=${id}\nVERSION_ID="${version}"\nPRETTY_NAME="${id} ${version}"\n`);
}

/** dpkg's database and the files of its packages. */
export function dpkgRoot(...packages: readonly Installed[]): readonly TarItem[] {
  const all = packages.length === 0 ? [probe] : packages;
  return [file("var/lib/dpkg/status", all.map(dpkgRecord).join("\n")), ...all.flatMap(dpkgFiles)];
}

function dpkgRecord({ name, version }: Installed): string {
  return `Package: ${name}\nStatus: install ok installed\nMaintainer: t <t@t.invalid>\nArchitecture: all\nVersion: ${version}\nDescription: t\n`;
}

function dpkgFiles({ name, files = [] }: Installed): readonly TarItem[] {
  const list = ["/.", ...files.map((path) => `/${path}`)].join("\n");
  return [file(`var/lib/dpkg/info/${name}.list`, `${list}\n`), ...files.map(program)];
}

/** apk's database and the files of its packages (https://wiki.alpinelinux.org/wiki/Apk_spec#Installed_Database_V2). */
export function apkRoot(...packages: readonly Installed[]): readonly TarItem[] {
  const all = packages.length === 0 ? [{ ...probe, version: "2.0-r0" }] : packages;
  return [
    file("lib/apk/db/installed", all.map(apkRecord).join("\n")),
    ...all.flatMap(({ files = [] }) => files.map(program)),
  ];
}

function apkRecord({ name, version, files = [] }: Installed): string {
  const owned = files.map((path) => {
    const at = path.lastIndexOf("/");
    return `F:${path.slice(0, at)}\nR:${path.slice(at + 1)}\n`;
  });
  return `P:${name}\nV:${version}\nA:x86_64\nS:1\nI:1\nT:t\nU:t\nL:MIT\no:${name}\n${owned.join("")}`;
}

/** A file with an ELF header: a program to whoever looks at the first bytes. */
export function program(path: string): FileItem {
  const header = Buffer.alloc(256);
  header.write("\x7fELF\x02\x01\x01", "latin1");
  // e_type ET_EXEC, e_machine x86-64, e_version 1, e_ehsize 64; no program headers, no sections.
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt16LE(64, 52);
  return file(path, header, 0o755);
}

/** The manifest of an installed npm package. */
export function npmPackage(name: string, version: string, at = "app"): TarItem {
  return file(`${at}/node_modules/${name}/package.json`, JSON.stringify({ name, version }));
}
