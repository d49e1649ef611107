import type { LayerExecutable } from "../core/layer.ts";
import type { Candidate } from "../core/plugin.ts";

/**
 * Is the file a program? ELF of type EXEC, or DYN with an interpreter or an execute bit and no library's name; PE; Mach-O
 * executables; scripts with an execute bit.
 */
export function executableKind({ path, mode, head }: Candidate): LayerExecutable["kind"] | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = head;
  if (a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46)
    return isElfProgram(path, mode, head) ? "elf" : undefined;
  if (a === 0x23 && b === 0x21) return (mode & 0o111) === 0 ? undefined : "script";
  if (a === 0x4d && b === 0x5a) return isPeProgram(head) ? "pe" : undefined;
  return isMachProgram(head) ? "macho" : undefined;
}

/** The absolute path that a script's first line names; what `env` looks up by name is found by its name. */
export function interpreterOf(
  kind: LayerExecutable["kind"],
  { head }: Candidate,
): Pick<LayerExecutable, "interpreter"> {
  if (kind !== "script") return {};
  const line = Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1", 2);
  const [, interpreter] = /^[ \t]*(\/[\x21-\x7E]+)/u.exec(line) ?? [];
  return interpreter === undefined || interpreter.endsWith("/env") ? {} : { interpreter };
}

// e_type at 16: 2 EXEC, 3 DYN (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html).
function isElfProgram(path: string, mode: number, head: Uint8Array): boolean {
  if (head.length < 52) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const little = head[5] !== 2;
  const type = view.getUint16(16, little);
  if (type === 2) return true;
  if (type !== 3) return false;
  return !isLibraryName(path) && ((mode & 0o111) !== 0 || hasInterpreter(view, head[4] === 2, little));
}

function isLibraryName(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.endsWith(".so") || name.includes(".so.");
}

// A program header of type PT_INTERP (3); they follow the ELF header in every linker's output.
function hasInterpreter(view: DataView, wide: boolean, little: boolean): boolean {
  if (wide && view.byteLength < 64) return false;
  const offset = wide ? Number(view.getBigUint64(32, little)) : view.getUint32(28, little);
  const size = view.getUint16(wide ? 54 : 42, little);
  const count = view.getUint16(wide ? 56 : 44, little);
  for (let index = 0; index < Math.min(count, 16); index += 1) {
    const at = offset + index * size;
    if (at + 4 > view.byteLength) return false;
    if (view.getUint32(at, little) === 3) return true;
  }
  return false;
}

// "PE\0\0" where e_lfanew says, and not a DLL (Characteristics 0x2000).
function isPeProgram(head: Uint8Array): boolean {
  if (head.length < 64) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const at = view.getUint32(60, true);
  if (at + 24 > head.length) return false;
  return view.getUint32(at, true) === 0x4550 && (view.getUint16(at + 22, true) & 0x2000) === 0;
}

// Mach-O file type 2 is MH_EXECUTE; a fat file has no type of its own (0xcafebabe is Java's magic too: few architectures tell).
function isMachProgram(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const magic = view.getUint32(0, false);
  if (magic === 0xfeedface || magic === 0xfeedfacf) return view.getUint32(12, false) === 2;
  if (magic === 0xcefaedfe || magic === 0xcffaedfe) return view.getUint32(12, true) === 2;
  return magic === 0xcafebabe && view.getUint32(4, false) < 20;
}
