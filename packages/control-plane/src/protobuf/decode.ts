/**
 * Reads Kubernetes' protobuf bodies as the JSON they stand for. kubectl writes them since 1.32, and takes JSON back.
 *
 * Driven by a table of field numbers (`fields.json`: facts of the wire protocol). Input is not trusted: sizes and depth
 * are bounded, and whatever cannot be read is refused with `badRequest`.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import fieldTable from "./fields.json" with { type: "json" };
import { isInline, jsonName, leafMessages } from "./conversions.ts";
import { isPointer } from "./pointer-scalars.ts";
import { Malformed, readFields, readPacked, readText, type WireField } from "./reader.ts";

/** `[number, type, "repeated"?]` */
type FieldEntry = readonly [number, string, string?];
type Messages = Readonly<Record<string, Readonly<Record<string, FieldEntry>>>>;

interface Field {
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
}

/** `k8s\\0` */
const magic = [0x6b, 0x38, 0x73, 0x00];
/** No kind nests deeper; JSON schemas in CRDs do, but not by hand. */
const depthMax = 64;

const messages = fieldTable as unknown as Messages;

/** The object in a body of type application/vnd.kubernetes.protobuf. Rejects with `badRequest` or `unsupportedMediaType`. */
export function decodeKubernetesProtobuf(bytes: Uint8Array): Record<string, unknown> {
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    throw new Refusal(
      "badRequest",
      "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]",
    );
  }
  try {
    return decodeEnvelope(bytes.subarray(magic.length));
  } catch (error) {
    // Cut-off or malformed input is the client's fault; anything else is a bug of ours.
    if (!(error instanceof Malformed)) throw error;
    throw new Refusal(
      "badRequest",
      `the body of the request is not a valid protobuf message: proto: ${error.message}`,
    );
  }
}

function decodeEnvelope(bytes: Uint8Array): Record<string, unknown> {
  const parts = new Map([...readFields(bytes)].map(({ number, value }) => [number, value]));
  const typeMeta = decodeMessage("runtime.TypeMeta", bytesIn(parts.get(1)), 0) as {
    apiVersion?: string;
    kind?: string;
  };
  // Go always writes the object, also an empty one: without it the body was cut off.
  if (!parts.has(2)) throw new Malformed("unexpected EOF");
  const { apiVersion = "", kind = "" } = typeMeta;
  const message = messageOf(apiVersion, kind);
  const contentType = readText(bytesIn(parts.get(4)));
  if (
    message === undefined ||
    (contentType !== "" && contentType !== "application/vnd.kubernetes.protobuf")
  ) {
    throw new Refusal(
      "unsupportedMediaType",
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in protobuf`,
    );
  }
  return { apiVersion, kind, ...(decodeMessage(message, bytesIn(parts.get(2)), 0) as object) };
}

/** The options of requests are the same type in every group. */
const sharedKinds = new Set([
  "DeleteOptions",
  "CreateOptions",
  "UpdateOptions",
  "PatchOptions",
  "ListOptions",
  "GetOptions",
  "Status",
]);

function messageOf(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.lastIndexOf("/");
  const version = apiVersion.slice(slash + 1);
  const group = slash < 0 ? "core" : apiVersion.slice(0, slash);
  const name = sharedKinds.has(kind) ? `meta.v1.${kind}` : `${groupInTable(group)}.${version}.${kind}`;
  return Object.hasOwn(messages, name) ? name : undefined;
}

const groupInTable = (group: string): string => group.split(".")[0] ?? "";

const fieldsByNumber = new Map<string, ReadonlyMap<number, Field>>();

function fieldsOf(message: string): ReadonlyMap<number, Field> {
  const known = fieldsByNumber.get(message);
  if (known !== undefined) return known;
  const fields = new Map(
    Object.entries(messages[message] ?? {}).map(([name, [number, type, repeated]]) => [
      number,
      { name: jsonName(message, name), type, repeated: repeated === "repeated" },
    ]),
  );
  fieldsByNumber.set(message, fields);
  return fields;
}

function decodeMessage(message: string, bytes: Uint8Array, depth: number): unknown {
  if (depth > depthMax) throw new Malformed("nested too deeply");
  const values = new Map<string, unknown>();
  const fields = fieldsOf(message);
  for (const wire of readFields(bytes)) {
    const field = fields.get(wire.number);
    // A field that this version does not know: newer clients may send it.
    if (field !== undefined) addValue(values, { message, field, wire, depth });
  }
  const leaf = leafMessages[message];
  return leaf === undefined
    ? Object.fromEntries([...values].map(([name, value]) => [name, plain(value)]))
    : leaf(values);
}

/** Maps are gathered entry by entry; in JSON they are objects. */
const plain = (value: unknown): unknown =>
  value instanceof Map ? (Object.fromEntries(value) as object) : value;

interface Place {
  readonly message: string;
  readonly field: Field;
  readonly wire: WireField;
  readonly depth: number;
}

function addValue(values: Map<string, unknown>, { message, field, wire, depth }: Place): void {
  const { name, type, repeated } = field;
  const valueType = /^map<string,(.*)>$/.exec(type)?.[1];
  if (valueType !== undefined) {
    const [key, value] = decodeEntry(valueType, bytesIn(wire.value), depth);
    const entries = (values.get(name) ?? new Map<string, unknown>()) as Map<string, unknown>;
    values.set(name, entries.set(key, value));
    return;
  }
  if (repeated) {
    const list = (values.get(name) ?? []) as unknown[];
    list.push(...decodeItems(type, wire, depth));
    values.set(name, list);
    return;
  }
  const value = decodeValue(type, wire, depth);
  if (value === undefined || (isEmptyScalar(value) && !isMessage(type) && !isPointer(message, name))) return;
  if (isInline(message, name))
    for (const [inner, member] of Object.entries(value as object)) values.set(inner, member);
  else values.set(name, value);
}

/** A list of numbers may be packed into one byte string. */
function decodeItems(type: string, wire: WireField, depth: number): readonly unknown[] {
  const number = numbers[type];
  if (number === undefined || wire.type !== "bytes") return [decodeValue(type, wire, depth)];
  return readPacked(bytesIn(wire.value)).map(number);
}

function decodeEntry(valueType: string, bytes: Uint8Array, depth: number): readonly [string, unknown] {
  const parts = new Map([...readFields(bytes)].map((field) => [field.number, field]));
  const value = parts.get(2) ?? {
    number: 2,
    type: valueType in numbers ? "varint" : "bytes",
    value: valueType in numbers ? 0n : new Uint8Array(),
  };
  return [readText(bytesIn(parts.get(1)?.value)), decodeValue(valueType, value, depth)];
}

const numbers: Readonly<Record<string, (value: bigint) => unknown>> = {
  int32: (value) => Number(BigInt.asIntN(32, value)),
  int64: (value) => Number(BigInt.asIntN(64, value)),
  uint32: (value) => Number(BigInt.asUintN(32, value)),
  uint64: (value) => Number(value),
  bool: (value) => value !== 0n,
  double: (value) => new DataView(new BigUint64Array([value]).buffer).getFloat64(0, true),
};

function decodeValue(type: string, { value }: WireField, depth: number): unknown {
  const number = numbers[type];
  if (number !== undefined) {
    if (typeof value !== "bigint") throw new Malformed(`wrong wire type for ${type}`);
    return number(value);
  }
  const bytes = bytesIn(value);
  if (type === "string") return readText(bytes);
  if (type === "bytes") return Buffer.from(bytes).toString("base64");
  if (!isMessage(type)) throw new Malformed(`unknown type ${type}`);
  return decodeMessage(type, bytes, depth + 1);
}

const isMessage = (type: string): boolean => Object.hasOwn(messages, type);

const isEmptyScalar = (value: unknown): boolean => value === "" || value === 0 || value === false;

function bytesIn(value: bigint | Uint8Array | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array();
  if (typeof value === "bigint") throw new Malformed("a number where bytes belong");
  return value;
}
