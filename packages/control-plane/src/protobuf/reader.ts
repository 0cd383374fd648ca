/**
 * Reads the wire format of Protocol Buffers: varints, fixed numbers, and byte strings with a length.
 *
 * Knows no messages. Whatever is cut off or contradicts itself throws `Malformed`; nothing is read beyond the bytes.
 */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

export type WireValue = bigint | Uint8Array;

export interface WireField {
  readonly number: number;
  readonly type: "varint" | "fixed64" | "bytes" | "fixed32";
  readonly value: WireValue;
}

/** The longest varint there is: 64 bits in groups of seven. */
const varintBytesMax = 10;

/** The fields of one message, in the order they were written. */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    at = tag.end;
    const number = Number(tag.value >> 3n);
    if (number === 0) throw new Malformed("field number 0");
    const field = readValue(bytes, at, Number(tag.value & 7n));
    at = field.end;
    yield { number, type: field.type, value: field.value };
  }
}

/** The numbers of a packed list. */
export function readPacked(bytes: Uint8Array): readonly bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readVarint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

export function readText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    // The decoder says no more than that it is none.
    throw new Malformed("a text that is not UTF-8");
  }
}

function readValue(bytes: Uint8Array, at: number, wireType: number) {
  switch (wireType) {
    case 0:
      return { type: "varint", ...readVarint(bytes, at) } as const;
    case 1:
      return { type: "fixed64", ...readFixed(bytes, at, 8) } as const;
    case 2: {
      const length = readVarint(bytes, at);
      return { type: "bytes", ...slice(bytes, length.end, length.value) } as const;
    }
    case 5:
      return { type: "fixed32", ...readFixed(bytes, at, 4) } as const;
    default:
      throw new Malformed(`wire type ${wireType}`);
  }
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: bigint; readonly end: number } {
  let value = 0n;
  for (let i = 0; i < varintBytesMax; i += 1) {
    const byte = bytes[start + i];
    if (byte === undefined) throw new Malformed("unexpected EOF");
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: start + i + 1 };
  }
  throw new Malformed("integer overflow");
}

function readFixed(bytes: Uint8Array, start: number, length: number) {
  const { value, end } = slice(bytes, start, BigInt(length));
  return { value: value.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n), end };
}

function slice(bytes: Uint8Array, start: number, length: bigint) {
  if (length > BigInt(bytes.length - start)) throw new Malformed("unexpected EOF");
  const end = start + Number(length);
  return { value: bytes.subarray(start, end), end };
}
