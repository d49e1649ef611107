/** A section to write; `data` sections are mapped readable and writable. */
export interface SectionPlan {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly data?: boolean;
}

/** Kinds of ELF file. */
export interface ElfPlan {
  readonly wide?: boolean;
  readonly littleEndian?: boolean;
  /** Leaves the section headers out. */
  readonly stripped?: boolean;
}

/** Where the makers map the first byte of a file. */
export const baseAddress = 0x40_0000;

/** The file offset, and with `baseAddress` the address, at which a made ELF file has its first section. */
export const firstContent = 0x1000;

interface Writer {
  readonly bytes: Buffer;
  half(offset: number, value: number): void;
  word(offset: number, value: number): void;
  place(offset: number, value: number): void;
}

function writer(size: number, littleEndian: boolean, wide: boolean): Writer {
  const bytes = Buffer.alloc(size);
  const word = (offset: number, value: number): void => {
    if (littleEndian) bytes.writeUInt32LE(value >>> 0, offset);
    else bytes.writeUInt32BE(value >>> 0, offset);
  };
  return {
    bytes,
    word,
    half: (offset, value) =>
      void (littleEndian ? bytes.writeUInt16LE(value, offset) : bytes.writeUInt16BE(value, offset)),
    place(offset, value) {
      if (!wide) word(offset, value);
      else if (littleEndian) bytes.writeBigUInt64LE(BigInt(value), offset);
      else bytes.writeBigUInt64BE(BigInt(value), offset);
    },
  };
}

/** An ELF executable: the sections one after the other from `firstContent`, each 4 KiB aligned and mapped by a segment of its own. */
export function makeElf(sections: readonly SectionPlan[], plan: ElfPlan = {}): Buffer {
  const { wide = true, littleEndian = true, stripped = false } = plan;
  const names = Buffer.from(
    ["", ...sections.map(({ name }) => name), ".shstrtab"].map((name) => `${name}\0`).join(""),
  );
  const contents = [...sections.map(({ bytes }) => bytes), names];
  let offset = firstContent;
  const places = contents.map((bytes) => {
    const place = offset;
    offset += Math.ceil(bytes.length / 4096) * 4096;
    return place;
  });
  const sizes = wide ? { head: 64, segment: 56, section: 64 } : { head: 52, segment: 32, section: 40 };
  const out = writer(offset + (contents.length + 1) * sizes.section, littleEndian, wide);
  out.bytes.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, littleEndian ? 1 : 2, 1]);
  out.half(16, 2);
  out.place(wide ? 32 : 28, sizes.head);
  out.place(wide ? 40 : 32, stripped ? 0 : offset);
  const counts = wide ? 54 : 42;
  const values = [
    sizes.segment,
    sections.length,
    sizes.section,
    stripped ? 0 : contents.length + 1,
    contents.length,
  ];
  for (const [index, value] of values.entries()) out.half(counts + index * 2, value);
  for (const [index, section] of sections.entries()) {
    const at = sizes.head + index * sizes.segment;
    out.word(at, 1);
    out.word(at + (wide ? 4 : 24), section.data === true ? 6 : 5);
    out.place(at + (wide ? 8 : 4), places[index] ?? 0);
    out.place(at + (wide ? 16 : 8), baseAddress + (places[index] ?? 0));
    out.place(at + (wide ? 32 : 16), section.bytes.length);
  }
  for (const [index, bytes] of contents.entries()) {
    out.bytes.set(bytes, places[index]);
    if (stripped) continue;
    const at = offset + (index + 1) * sizes.section;
    out.word(at, names.indexOf(`\0${sections[index]?.name ?? ".shstrtab"}\0`) + 1);
    out.word(at + 4, index === sections.length ? 3 : 1);
    out.place(at + (wide ? 24 : 16), places[index] ?? 0);
    out.place(at + (wide ? 32 : 20), bytes.length);
  }
  return out.bytes;
}

/** A PE32+ (or PE32) program with one section, mapped at `baseAddress` + 0x1000. */
export function makePe({ name, bytes, data = false }: SectionPlan, wide = true): Buffer {
  const out = writer(0x400 + bytes.length, true, wide);
  out.bytes.write("MZ");
  out.word(60, 0x80);
  out.bytes.write("PE\0\0", 0x80);
  out.half(0x86, 1);
  out.half(0x94, 0xf0);
  const optional = 0x98;
  out.half(optional, wide ? 0x20b : 0x10b);
  out.place(optional + (wide ? 24 : 28), baseAddress);
  const section = optional + 0xf0;
  out.bytes.write(name, section);
  out.word(section + 8, bytes.length);
  out.word(section + 12, 0x1000);
  out.word(section + 16, bytes.length);
  out.word(section + 20, 0x400);
  out.word(section + 36, data ? 0xc000_0040 : 0x4000_0040);
  out.bytes.set(bytes, 0x400);
  return out.bytes;
}

/** A Mach-O program with one segment and one section. */
export function makeMachO(
  { name, bytes, data = false }: SectionPlan,
  plan: { readonly wide?: boolean; readonly littleEndian?: boolean } = {},
): Buffer {
  const { wide = true, littleEndian = true } = plan;
  const head = wide ? 32 : 28;
  const segment = wide ? 72 : 56;
  const size = segment + (wide ? 80 : 68);
  const out = writer(0x200 + bytes.length, littleEndian, wide);
  out.word(0, wide ? 0xfeedfacf : 0xfeedface);
  out.word(16, 1);
  out.word(20, size);
  out.word(head, wide ? 0x19 : 1);
  out.word(head + 4, size);
  out.bytes.write("__DATA", head + 8);
  const step = wide ? 8 : 4;
  for (const [index, value] of [baseAddress, bytes.length, 0x200, bytes.length].entries())
    out.place(head + 24 + index * step, value);
  out.word(head + (wide ? 60 : 44), data ? 3 : 5);
  out.word(head + (wide ? 64 : 48), 1);
  const section = head + segment;
  out.bytes.write(name, section);
  out.place(section + (wide ? 40 : 36), bytes.length);
  out.word(section + (wide ? 48 : 40), 0x200);
  out.bytes.set(bytes, 0x200);
  return out.bytes;
}

/** A universal Mach-O file of these programs. */
export function makeFat(programs: readonly Uint8Array[]): Buffer {
  const table = Buffer.alloc(8 + programs.length * 20);
  table.writeUInt32BE(0xcafebabe, 0);
  table.writeUInt32BE(programs.length, 4);
  let offset = table.length;
  for (const [index, program] of programs.entries()) {
    table.writeUInt32BE(offset, 8 + index * 20 + 8);
    table.writeUInt32BE(program.length, 8 + index * 20 + 12);
    offset += program.length;
  }
  return Buffer.concat([table, ...programs]);
}
