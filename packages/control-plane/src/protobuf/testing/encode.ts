/**
 * Writes Kubernetes' protobuf as Go clients do, for tests of the decoder. Fields by number, no table: what the decoder
 * looks up, a test says itself.
 */
type Bytes = readonly number[];

/** A field: its number, and a number, a text or the bytes of a message. */
export type Part = readonly [number: number, value: number | string | Bytes];

export const varint = (value: number): Bytes =>
  value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];

export const message = (...parts: readonly Part[]): Bytes =>
  parts.flatMap(([number, value]) => {
    if (typeof value === "number") return [...varint(number * 8), ...varint(value)];
    const bytes = typeof value === "string" ? [...new TextEncoder().encode(value)] : value;
    return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
  });

/** A whole body: the magic, the type, and the object. */
export const body = (apiVersion: string, kind: string, object: Bytes): Uint8Array =>
  Uint8Array.from([
    0x6b,
    0x38,
    0x73,
    0,
    ...message([1, message([1, apiVersion], [2, kind])], [2, object], [3, ""], [4, ""]),
  ]);
