/**
 * What server-side apply has to know of a type: where fields are owned one by one, and where as a whole.
 *
 * Made from schemas on first use, and kept: writes walk objects along shapes and look nothing up by name.
 */
import {
  leafType,
  typeNamed,
  type FieldSchema,
  type TypeLookup,
  type TypeSchema,
} from "../../schema/schema.ts";
import { skeletonFields } from "./skeleton.ts";

export type Shape =
  /** One value: a scalar, or a list, map or struct that is atomic. */
  | { readonly type: "value" }
  /** Nothing is known of it: objects are maps, everything else is one value. */
  | { readonly type: "free" }
  | Struct
  | { readonly type: "map"; readonly values: Shape }
  | KeyedList
  /** A list of different values. */
  | { readonly type: "set" };

export interface Struct {
  readonly type: "struct";
  /** Undefined: there is no such field. */
  readonly field: (name: string) => Shape | undefined;
  /** Of all declared fields. */
  readonly names: readonly string[];
  /** Fields that every object has, if only empty: nobody owns them for having written below them. */
  readonly skeleton: readonly string[];
}

/** A list of objects that are told apart by some of their members. */
export interface KeyedList {
  readonly type: "list";
  /** In alphabetical order. `standard`: what stands for one that is left out. */
  readonly keys: readonly { readonly name: string; readonly standard: unknown }[];
  readonly items: Shape;
}

const value: Shape = { type: "value" };
const free: Shape = { type: "free" };
const set: Shape = { type: "set" };
const freeMap: Shape = { type: "map", values: free };

const known = new WeakMap<TypeLookup, Map<string, Shape>>();

/** The shape of a type. Types of one lookup are read once: a CustomResourceDefinition that changes brings a new lookup. */
export function shapeOfType(types: TypeLookup, name: string): Shape {
  const shapes = known.get(types) ?? new Map<string, Shape>();
  known.set(types, shapes);
  const shape = shapes.get(name) ?? newShape(types, name);
  shapes.set(name, shape);
  return shape;
}

function newShape(types: TypeLookup, name: string): Shape {
  if (name === leafType.rawExtension || name === leafType.fieldsV1) return freeMap;
  const type = types(name);
  if (type === undefined) return free;
  if (type.properties === undefined)
    return type["x-kubernetes-preserve-unknown-fields"] === true ? freeMap : value;
  return struct(types, name, type);
}

/** Also of an atomic type: the field that holds it may say otherwise. */
function struct(types: TypeLookup, name: string, type: TypeSchema): Struct {
  const { properties = {} } = type;
  const fields = new Map<string, Shape>();
  const isOpen = type["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    type: "struct",
    skeleton: types === typeNamed ? skeletonFields(name) : [],
    names: Object.keys(properties),
    field: (member) => {
      const seen = fields.get(member);
      if (seen !== undefined) return seen;
      const schema = Object.hasOwn(properties, member) ? properties[member] : undefined;
      if (schema === undefined) return isOpen ? free : undefined;
      const shape = shapeOfField(types, schema);
      fields.set(member, shape);
      return shape;
    },
  };
}

function shapeOfField(types: TypeLookup, field: FieldSchema): Shape {
  const { $ref, type, items, additionalProperties } = field;
  const mapType = field["x-kubernetes-map-type"];
  if (mapType === "atomic") return value;
  if ($ref !== undefined) {
    const isAtomic = mapType === undefined && types($ref)?.["x-kubernetes-map-type"] === "atomic";
    return isAtomic ? value : shapeOfType(types, $ref);
  }
  if (additionalProperties !== undefined)
    return { type: "map", values: shapeOfField(types, additionalProperties) };
  if (type === "array") return items === undefined ? value : shapeOfList(types, field, items);
  return type === undefined || type === "object" ? free : value;
}

function shapeOfList(types: TypeLookup, field: FieldSchema, items: FieldSchema): Shape {
  const listType = field["x-kubernetes-list-type"];
  if (listType === "set") return set;
  if (listType !== "map") return value;
  const { properties = {} } = (items.$ref === undefined ? undefined : types(items.$ref)) ?? {};
  const names = [...(field["x-kubernetes-list-map-keys"] ?? [])].sort();
  const keys = names.map((name) => ({ name, standard: properties[name]?.default }));
  return { type: "list", keys, items: shapeOfField(types, items) };
}
