/** A small type with every way of owning fields, and random objects of it. For tests. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import type { FieldSchema, TypeLookup, TypeSchema } from "../../../schema/schema.ts";
import type { Members } from "../items.ts";
import { shapeOfType } from "../shape.ts";
import type { Views } from "../views.ts";

const text: FieldSchema = { type: "string" };

const types: Readonly<Record<string, TypeSchema>> = {
  Toy: {
    properties: {
      apiVersion: text,
      kind: text,
      metadata: { $ref: "Meta" },
      size: { type: "integer" },
      struct: { $ref: "Part" },
      atomic: { $ref: "Part", "x-kubernetes-map-type": "atomic" },
      map: { type: "object", additionalProperties: text },
      parts: {
        type: "array",
        items: { $ref: "Part" },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name", "protocol"],
      },
      tags: { type: "array", items: text, "x-kubernetes-list-type": "set" },
      list: { type: "array", items: text },
      free: { type: "object" },
    },
  },
  Meta: { properties: { name: text, labels: { type: "object", additionalProperties: text } } },
  Part: {
    properties: {
      name: text,
      protocol: { type: "string", default: "TCP" },
      value: text,
      inner: { type: "object", additionalProperties: text },
    },
  },
};

const toyTypes: TypeLookup = (name) => (Object.hasOwn(types, name) ? types[name] : undefined);

export const toyShape = shapeOfType(toyTypes, "Toy");

/** Only version v1 is served. */
export const toyViews: Views = {
  shape: (apiVersion) => (apiVersion === "v1" ? toyShape : undefined),
  inVersion: (_, stored) => stored as unknown as Members,
  toStored: (_, object) => object as unknown as KubeObject,
};

export const aToy = (members: Members = {}): Members => ({
  apiVersion: "v1",
  kind: "Toy",
  metadata: { name: "toy" },
  ...members,
});

export function makeToys(random: Random) {
  const next = () => random.next();
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(next() * items.length)] ?? items[0];
  const word = () => pick(["a", "b", "c", "d"]);
  const isLucky = () => next() < 0.5;
  const some = <T>(make: () => T): T[] => Array.from({ length: Math.floor(next() * 4) }, make);
  const map = (): Members => Object.fromEntries(some(word).map((name) => [name, word()]));
  const part = (): Members => ({
    name: word(),
    ...(isLucky() ? { protocol: pick(["TCP", "UDP"]) } : {}),
    ...(isLucky() ? { value: word() } : {}),
    ...(isLucky() ? { inner: map() } : {}),
  });
  const keyOf = ({ name, protocol = "TCP" }: Members) => `${String(name)}/${String(protocol)}`;
  const parts = () => [...new Map(some(part).map((item) => [keyOf(item), item])).values()];
  const makers: Readonly<Record<string, () => unknown>> = {
    size: () => Math.floor(next() * 3),
    struct: part,
    atomic: part,
    map,
    parts,
    tags: () => [...new Set(some(word))],
    list: () => some(word),
    free: () => ({ [word()]: isLucky() ? map() : word() }),
  };
  const members = () =>
    Object.fromEntries(
      Object.entries(makers)
        .filter(isLucky)
        .map(([name, make]) => [name, make()]),
    );
  return { toy: () => aToy(members()), pick };
}
