/** Instructions of WebAssembly and their operands, as nested as they are written. */
export type Code = readonly (number | Code)[];

/** Value types. */
export const wasmTypes = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;

/** A function of i32 parameters that answers an i32. */
export interface WasmFunction {
  readonly parameters: number;
  /** Further locals: so many of a type. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly body: Code;
}

/**
 * A module with one imported memory and one exported function
 * (https://webassembly.github.io/spec/core/binary/modules.html).
 */
export function compileWasm({ parameters, locals, body }: WasmFunction): object {
  const text = (value: string): Code => [value.length, ...Buffer.from(value)];
  const section = (id: number, ...content: Code): Code => {
    const bytes = flat(content);
    return [id, unsigned(bytes.length), bytes];
  };
  const { i32 } = wasmTypes;
  const code = flat([locals.length, locals, body, 0x0b]);
  const bytes = flat([
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(
      1,
      1,
      0x60,
      parameters,
      Array.from({ length: parameters }, () => i32),
      1,
      i32,
    ),
    section(2, 1, text("host"), text("memory"), 2, 0, 0),
    section(3, 1, 0),
    section(7, 1, text("run"), 0, 0),
    section(10, 1, unsigned(code.length), code),
  ]);
  return new WebAssembly.Module(Uint8Array.from(bytes));
}

/** The function of a module from `compileWasm`, over a memory of its own of so many pages of 64 KiB. */
export function runWasm(
  module: object,
  pages: number,
): { readonly memory: Uint8Array<ArrayBuffer>; readonly run: (...values: readonly number[]) => unknown } {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { run } = new WebAssembly.Instance(module, { host: { memory } }).exports;
  if (!isFunction(run)) throw new TypeError("the module has no entry");
  return { memory: new Uint8Array(memory.buffer), run };
}

function isFunction(value: unknown): value is (...values: readonly number[]) => unknown {
  return typeof value === "function";
}

// Neither the ES library of TypeScript nor @types/node declares it.
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, object>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** An unsigned operand (LEB128). */
export function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** A signed operand (LEB128). */
export function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

function flat(code: Code, bytes: number[] = []): number[] {
  for (const part of code)
    if (typeof part === "number") bytes.push(part);
    else flat(part, bytes);
  return bytes;
}
