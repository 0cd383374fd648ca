/**
 * An OpenAPI v2 document in protobuf, as Go clients ask for it. Pure.
 *
 * The messages and their numbers are those of gnostic's `openapi.v2`; only the fields that Kubernetes' documents use
 * are written. Extensions travel as YAML texts, and JSON is YAML.
 */
import type { V2Document } from "./document.ts";

type Json = Readonly<Record<string, unknown>>;
/** How one JSON value becomes a field's bytes. Undefined: left out. */
type Encode = (value: unknown) => Uint8Array | undefined;

const text: Encode = (value) => (typeof value === "string" ? Buffer.from(value) : undefined);
const varintType = 0;
const bytesType = 2;

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

const tag = (number: number, wireType: number) => varint(number * 8 + wireType);

const field = (number: number, bytes: Uint8Array | undefined): readonly Uint8Array[] =>
  bytes === undefined ? [] : [tag(number, bytesType), varint(bytes.length), bytes];

const flag = (number: number, value: unknown): readonly Uint8Array[] =>
  value === true ? [tag(number, varintType), varint(1)] : [];

const repeated = (number: number, values: unknown, encode: Encode): readonly Uint8Array[] =>
  ((values as readonly unknown[] | undefined) ?? []).flatMap((value) => field(number, encode(value)));

const message = (...parts: readonly (readonly Uint8Array[])[]): Uint8Array => Buffer.concat(parts.flat());

/** A message that holds one other one. */
const wrapped = (number: number, inner: Uint8Array | undefined): Uint8Array | undefined =>
  inner === undefined ? undefined : message(field(number, inner));

/** Maps are lists of pairs: the name is field 1, the value field 2. */
const entries = (number: number, map: unknown, encode: Encode): readonly Uint8Array[] =>
  Object.entries((map as Json | undefined) ?? {}).flatMap(([name, value]) =>
    field(number, message(field(1, text(name)), field(2, encode(value)))),
  );

const extensions = (number: number, object: Json): readonly Uint8Array[] => {
  const own = Object.entries(object).filter(([name]) => name.startsWith("x-"));
  return entries(number, Object.fromEntries(own), (value) => message(field(2, text(JSON.stringify(value)))));
};

const schema: Encode = (value) => {
  const { $ref, format, description, required, additionalProperties, type, items, properties, ...rest } =
    value as Json;
  return message(
    field(1, text($ref)),
    field(2, text(format)),
    field(4, text(description)),
    repeated(19, required, text),
    field(21, additionalProperties === undefined ? undefined : additional(additionalProperties)),
    field(22, typeof type === "string" ? message(field(1, text(type))) : undefined),
    field(23, items === undefined ? undefined : wrapped(1, schema(items))),
    field(25, properties === undefined ? undefined : message(entries(1, properties, schema))),
    extensions(31, rest),
  );
};

const additional: Encode = (value) =>
  typeof value === "boolean" ? message(flag(2, value)) : wrapped(1, schema(value));

const parameter: Encode = (value) => {
  const { in: place, name, required, description, type, uniqueItems, schema: body } = value as Json;
  if (place === "body") {
    const bodyParameter = message(
      field(1, text(description)),
      field(2, text(name)),
      field(3, text(place)),
      flag(4, required),
      field(5, schema(body)),
    );
    return wrapped(1, wrapped(1, bodyParameter));
  }
  // The parameter of a path has no "allow empty value", which moves what follows by one.
  const [typeNumber, uniqueNumber, kindNumber] = place === "path" ? [5, 19, 4] : [6, 20, 3];
  const simple = message(
    flag(1, required),
    field(2, text(place)),
    field(3, text(description)),
    field(4, text(name)),
    field(typeNumber, text(type)),
    flag(uniqueNumber, uniqueItems),
  );
  return wrapped(1, wrapped(2, wrapped(kindNumber, simple)));
};

const response: Encode = (value) => {
  const { description, schema: body } = value as Json;
  const content = body === undefined ? undefined : wrapped(1, schema(body));
  return wrapped(1, message(field(1, text(description)), field(2, content)));
};

const operation: Encode = (value) => {
  if (value === undefined) return undefined;
  const { description, operationId, produces, consumes, parameters, responses, ...rest } = value as Json;
  return message(
    field(3, text(description)),
    field(5, text(operationId)),
    repeated(6, produces, text),
    repeated(7, consumes, text),
    repeated(8, parameters, parameter),
    field(9, message(entries(1, responses, response))),
    extensions(13, rest),
  );
};

const operationNumbers: Readonly<Record<string, number>> = {
  get: 2,
  put: 3,
  post: 4,
  delete: 5,
  options: 6,
  head: 7,
  patch: 8,
};

const pathItem: Encode = (value) => {
  const item = value as Json;
  const operations = Object.entries(operationNumbers).map(([name, number]) =>
    field(number, operation(item[name])),
  );
  return message(...operations, repeated(9, item["parameters"], parameter));
};

/** `application/com.github.proto-openapi.spec.v2.v1.0+protobuf`. */
export const encodeOpenApiV2 = ({ swagger, info, paths, definitions }: V2Document): Uint8Array =>
  message(
    field(1, text(swagger)),
    field(2, message(field(1, text(info.title)), field(2, text(info.version)))),
    field(8, message(entries(2, paths, pathItem))),
    field(9, message(entries(1, definitions, schema))),
  );
