/** The types of CEL as the checker knows them, and how they are written in its messages. Pure. */

/** What a list is told apart by when Kubernetes compares or adds two of them (`x-kubernetes-list-type`). */
export type ListIdentity =
  { readonly kind: "set" } | { readonly kind: "map"; readonly keys: readonly string[] };

/** A struct with known fields. `field` may be lazy, for types that contain themselves. */
export interface ObjectType {
  readonly kind: "object";
  readonly name: string;
  readonly field: (name: string) => CelField | undefined;
  /** The CEL names of all fields. */
  readonly names: () => readonly string[];
}

export interface CelField {
  readonly type: CelType;
  /** Its name in JSON: CEL's differs where that is no identifier. */
  readonly json: string;
}

export type SimpleKind =
  | "dyn"
  | "int"
  | "uint"
  | "double"
  | "bool"
  | "string"
  | "bytes"
  | "null"
  | "timestamp"
  | "duration"
  | "type";

export type CelType =
  | { readonly kind: SimpleKind }
  | { readonly kind: "list"; readonly item: CelType; readonly identity?: ListIdentity }
  | { readonly kind: "map"; readonly key: CelType; readonly value: CelType }
  | { readonly kind: "optional"; readonly value: CelType }
  | { readonly kind: "opaque"; readonly name: string }
  | { readonly kind: "param"; readonly name: string }
  | ObjectType;

const simple = (kind: SimpleKind): CelType => ({ kind });

export const t = {
  dyn: simple("dyn"),
  int: simple("int"),
  uint: simple("uint"),
  double: simple("double"),
  bool: simple("bool"),
  string: simple("string"),
  bytes: simple("bytes"),
  null: simple("null"),
  timestamp: simple("timestamp"),
  duration: simple("duration"),
  type: simple("type"),
  list: (item: CelType, identity?: ListIdentity): CelType => ({
    kind: "list",
    item,
    ...(identity === undefined ? {} : { identity }),
  }),
  map: (key: CelType, value: CelType): CelType => ({ kind: "map", key, value }),
  optional: (value: CelType): CelType => ({ kind: "optional", value }),
  opaque: (name: string): CelType => ({ kind: "opaque", name }),
  param: (name: string): CelType => ({ kind: "param", name }),
  object: (name: string, fields: Readonly<Record<string, CelType>>): CelType => ({
    kind: "object",
    name,
    field: (field) => {
      const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
      return type === undefined ? undefined : { type, json: field };
    },
    names: () => Object.keys(fields),
  }),
} as const;

/** As CEL's own messages write it: `list(int)`, `map(string, dyn)`. */
export function typeText(type: CelType): string {
  switch (type.kind) {
    case "list":
      return `list(${typeText(type.item)})`;
    case "map":
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case "optional":
      return `optional_type(${typeText(type.value)})`;
    case "object":
    case "opaque":
    case "param":
      return type.name;
    default:
      return type.kind;
  }
}

export type Bindings = Map<string, CelType>;

const nullable = new Set<CelType["kind"]>(["object", "opaque", "timestamp", "duration", "null"]);

/** Whether a value of type `given` may stand where `wanted` is asked for; notes what type parameters became. */
export function isAssignable(wanted: CelType, given: CelType, bindings: Bindings = new Map()): boolean {
  if (wanted.kind === "param") return isBound(wanted.name, given, bindings);
  if (wanted.kind === "dyn" || given.kind === "dyn" || given.kind === "param") return true;
  if (given.kind === "null") return nullable.has(wanted.kind);
  if (wanted.kind === "list" && given.kind === "list") return isAssignable(wanted.item, given.item, bindings);
  if (wanted.kind === "map" && given.kind === "map") {
    return isAssignable(wanted.key, given.key, bindings) && isAssignable(wanted.value, given.value, bindings);
  }
  if (wanted.kind === "optional" && given.kind === "optional")
    return isAssignable(wanted.value, given.value, bindings);
  if (wanted.kind !== given.kind) return false;
  return "name" in wanted && "name" in given ? wanted.name === given.name : true;
}

function isBound(name: string, given: CelType, bindings: Bindings): boolean {
  const bound = bindings.get(name);
  if (bound === undefined || bound.kind === "null" || isOpen(bound)) {
    if (bound !== undefined && bound.kind !== "null" && !isAssignable(bound, given)) return false;
    if (bound?.kind === "null" && !isAssignable(given, bound)) return false;
    bindings.set(name, given);
    return true;
  }
  return isAssignable(bound, given) || isAssignable(given, bound);
}

/** Whether something inside is still undecided, as in `[]`. */
function isOpen(type: CelType): boolean {
  if (type.kind === "param") return true;
  if (type.kind === "list") return isOpen(type.item);
  if (type.kind === "map") return isOpen(type.key) || isOpen(type.value);
  return type.kind === "optional" && isOpen(type.value);
}

/** A type with its parameters filled in; what nothing is known of is dyn. */
export function filledIn(type: CelType, bindings: Bindings): CelType {
  switch (type.kind) {
    case "param":
      return bindings.get(type.name) ?? t.dyn;
    case "list":
      return t.list(filledIn(type.item, bindings));
    case "map":
      return t.map(filledIn(type.key, bindings), filledIn(type.value, bindings));
    case "optional":
      return t.optional(filledIn(type.value, bindings));
    default:
      return type;
  }
}

/** The one type that both are, or dyn. */
export function joined(left: CelType, right: CelType): CelType {
  if (left.kind === "param" || isOpen(left)) return right;
  if (right.kind === "param" || isOpen(right)) return left;
  if (left.kind === "dyn" || right.kind === "dyn") return t.dyn;
  if (left.kind === "null") return isAssignable(right, left) ? right : t.dyn;
  return isAssignable(left, right) && (right.kind === "null" || isAssignable(right, left)) ? left : t.dyn;
}
