import type { Candidate, RandomAccess } from "../core/plugin.ts";
import { isElf, readElf } from "./elf.ts";
import { isMachO, readMachO } from "./macho.ts";
import { isPe, readPe } from "./pe.ts";
import type { ProgramImage } from "./program-image.ts";

/**
 * Is it a program by its first bytes: ELF (executable or shared object), PE or Mach-O? Libraries without an execute bit
 * (`.so`, `.dll`, `.dylib`, as distributions install them by the thousand) are not: what is built to be run or loaded
 * by hand has one.
 */
export function isProgram({ head, mode, path }: Candidate): boolean {
  if (!isElf(head) && !isPe(head) && !isMachO(head)) return false;
  return (mode & 0o111) !== 0 || !/\.(?:so(?:\.[\d.]+)?|dll|dylib|pyd|node|mui)$/i.test(path);
}

/** The programs of a file, more than one for a universal Mach-O; none when its headers cannot be read. */
export function readPrograms(access: RandomAccess): readonly ProgramImage[] {
  const one = readElf(access) ?? readPe(access);
  return one === undefined ? readMachO(access) : [one];
}
