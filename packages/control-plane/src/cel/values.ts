/**
 * The values of CEL in JavaScript's: int is bigint, double is number, structs and maps are Map, lists are arrays.
 * What JavaScript has no value for has a class here.
 */
import type { ListIdentity } from "./types.ts";

export class CelUint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** Nanoseconds since 1970. */
export class CelTimestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelDuration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelOptional {
  /** Undefined: there is none. */
  readonly value: CelValue | undefined;
  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}

export class CelTypeName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value that only functions can look into: an address, a quantity, an authorizer. */
export class CelOpaque<T = unknown> {
  /** The name of its opaque type. */
  readonly type: string;
  readonly value: T;
  /** Two of one type are equal when this is; without it, when they are one and the same. */
  readonly identity: unknown;
  constructor(type: string, value: T, identity: unknown = value) {
    this.type = type;
    this.value = value;
    this.identity = identity;
  }
}

/** A struct whose fields are made when they are asked for first (`variables.x`). A field that fails throws. */
export class CelLazy {
  readonly get: (name: string) => CelValue | undefined;
  readonly type = "lazy";
  constructor(get: (name: string) => CelValue | undefined) {
    this.get = get;
  }
}

/** Keys of maps: a uint or a whole double is the int of its value. */
export type CelKey = string | bigint | boolean;
export type CelMap = ReadonlyMap<CelKey, CelValue>;
export type CelList = readonly CelValue[];

export type CelValue =
  | null
  | boolean
  | string
  | bigint
  | number
  | Uint8Array
  | CelUint
  | CelTimestamp
  | CelDuration
  | CelOptional
  | CelTypeName
  | CelOpaque
  | CelLazy
  | CelList
  | CelMap;

const identities = new WeakMap<object, ListIdentity>();

/** Notes that a list is a set, or a map told apart by keys: `==` and `+` heed it. */
export function identified(list: CelList, identity: ListIdentity | undefined): CelList {
  if (identity !== undefined) identities.set(list, identity);
  return list;
}

export const identityOf = (list: CelList): ListIdentity | undefined => identities.get(list);

export const isList = (value: CelValue): value is CelList => Array.isArray(value);
export const isMap = (value: CelValue): value is CelMap => value instanceof Map;

/** The name of a value's type, as `type(x)` and messages give it. */
export function typeNameOf(value: CelValue): string {
  if (value === null) return "null_type";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "double";
  return objectTypeName(value);
}

function objectTypeName(value: Exclude<CelValue, null | boolean | string | bigint | number>): string {
  if (isList(value)) return "list";
  if (isMap(value)) return "map";
  if (value instanceof CelUint) return "uint";
  if (value instanceof CelTimestamp) return "google.protobuf.Timestamp";
  if (value instanceof CelDuration) return "google.protobuf.Duration";
  if (value instanceof CelOptional) return "optional_type";
  if (value instanceof CelTypeName) return "type";
  if (value instanceof CelOpaque) return value.type;
  return value instanceof CelLazy ? "map" : "bytes";
}
