import { SeaworthyError } from "../core/errors.ts";

const initialSize = 4096;

/** Appends numbers and strings to a growing buffer; `take` answers a copy and starts anew. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(initialSize);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits a byte, low first (LEB128). */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Length and encoding in one number, then the bytes: ASCII (even) reads faster than UTF-8 (odd). */
  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length * 2 + (length === value.length ? 0 : 1));
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Reads what a ByteWriter wrote. @throws SeaworthyError `database-invalid` past the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw damaged();
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const next = this.byte();
      value += (next & 127) * scale;
      if (next < 128) return value;
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER) throw damaged();
    }
  }

  /** A count of things that take a byte or more each: never more than bytes are left. */
  count(): number {
    const value = this.varint();
    if (value > this.#bytes.length - this.#at) throw damaged();
    return value;
  }

  text(): string {
    const code = this.varint();
    return this.#slice(Math.floor(code / 2), code % 2 === 0 ? "latin1" : "utf8");
  }

  /** UTF-8 text of so many bytes. */
  raw(length: number): string {
    return this.#slice(length, "utf8");
  }

  #slice(length: number, encoding: "latin1" | "utf8"): string {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw damaged();
    const text = this.#bytes.toString(encoding, this.#at, end);
    this.#at = end;
    return text;
  }
}

function damaged(): SeaworthyError {
  return new SeaworthyError("database-invalid", "read advisory database: a record ends too early", {
    hint: "run seaworthy db update",
  });
}
