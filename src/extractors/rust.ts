import type { FoundPackage } from "../core/package.ts";
import type { Extractor, Problem } from "../core/plugin.ts";
import { isProgram, readPrograms } from "../formats/executable.ts";
import { type AuditedCrate, readRustAudit } from "../formats/rust-audit.ts";

/**
 * The crates of a Rust program built with `cargo auditable`. Crates that only the build used (macros, build scripts) are not in
 * the program and are left out. The program's own crates count whatever their source says: `cargo auditable install ripgrep`
 * records ripgrep itself as `local`. A program without that record tells nothing: it stays an executable that belongs to nobody.
 */
export const rust: Extractor = {
  id: "rust-binary",
  wants: isProgram,
  extract({ bytes }) {
    const crates = readPrograms(bytes).flatMap((image) => readRustAudit(image) ?? []);
    const inside = crates.filter(({ buildOnly }) => !buildOnly);
    const packages = new Map(
      inside.filter(isNamed).map((one) => [`${one.name}@${one.version}`, packageOf(one)]),
    );
    return {
      packages: [...packages.values()],
      problems: inside.filter((one) => !isNamed(one)).map(nameless),
    };
  },
};

function isNamed({ name, version }: AuditedCrate): boolean {
  return name !== "" && version !== "";
}

function packageOf({ name, version }: AuditedCrate): FoundPackage {
  return { type: "cargo", name, version, licences: [] };
}

function nameless({ name }: AuditedCrate): Problem {
  return {
    code: "malformed",
    message: `read cargo-auditable data: crate "${name.slice(0, 100)}" has no name or no version`,
  };
}
