/**
 * Types that Kubernetes does not have any more, as what differs from the generated types of today. Pure.
 *
 * An old type has a name of its own, and so has every type on the way to what differs; all other parts are today's.
 */
import generated from "./generated/types.json" with { type: "json" };
import { fullName, oldTypeTable, type Difference, type OldType } from "./old-type-table.ts";
import type { FieldSchema, TypeSchema } from "./schema.ts";

const today = generated as unknown as Readonly<Record<string, TypeSchema>>;

const shortName = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** The type of a kind of old, such as `io.k8s.api.extensions.v1beta1.Ingress`, when it is not as it is today. */
export function oldTypeOf(apiVersion: string, kind: string): string | undefined {
  const [group = "", version = ""] = apiVersion.split("/");
  const name = fullName(`${group.split(".")[0] ?? ""}.${version}.${kind}`);
  return old.has(name) ? name : undefined;
}

interface Named {
  readonly type: TypeSchema;
  /** The type of today that it was before: what is said of that one fits this one too. */
  readonly like: string;
}

function typesOf({ of, was, differences }: OldType): readonly (readonly [string, Named])[] {
  const changes = new Map(
    Object.entries(differences).map(([name, difference]) => [fullName(name), difference] as const),
  );
  const merged = (name: string): TypeSchema => withDifference(today[name] ?? {}, changes.get(name));
  const roots = [fullName(of), `${fullName(of)}List`];
  const others = changing(merged, new Set(changes.keys()), roots);
  const nameOf = (name: string) => (others.has(name) ? fullName(`${was}.${shortName(name)}`) : name);
  return [...others].map(
    (name) => [nameOf(name), { type: withNames(merged(name), nameOf), like: name }] as const,
  );
}

function withDifference(type: TypeSchema, difference: Difference | undefined): TypeSchema {
  if (difference === undefined) return type;
  const kept = Object.entries(type.properties ?? {}).filter(
    ([field]) => difference.without?.includes(field) !== true,
  );
  const { required, ...rest } = type;
  const free = [...(difference.without ?? []), ...(difference.optional ?? [])];
  const needed = (required ?? []).filter((field) => !free.includes(field));
  return {
    ...rest,
    properties: { ...Object.fromEntries(kept), ...difference.with },
    ...(needed.length === 0 ? {} : { required: needed }),
  };
}

/** The types from `roots` on that differ or hold one that does. */
function changing(
  typeOf: (name: string) => TypeSchema,
  different: ReadonlySet<string>,
  roots: readonly string[],
): ReadonlySet<string> {
  const holders = new Map<string, Set<string>>();
  const seen = new Set<string>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const part of Object.values(typeOf(name).properties ?? {}).flatMap(namesIn)) {
      holders.set(part, (holders.get(part) ?? new Set()).add(name));
      pending.push(part);
    }
  }
  const found = new Set<string>(roots);
  const spreading = [...different];
  for (let name = spreading.pop(); name !== undefined; name = spreading.pop()) {
    found.add(name);
    spreading.push(...[...(holders.get(name) ?? [])].filter((holder) => !found.has(holder)));
  }
  return found;
}

const namesIn = ({ $ref, items, additionalProperties: values }: FieldSchema): readonly string[] => [
  ...($ref === undefined ? [] : [$ref]),
  ...(items === undefined ? [] : namesIn(items)),
  ...(values === undefined ? [] : namesIn(values)),
];

const withNames = (type: TypeSchema, nameOf: (name: string) => string): TypeSchema => ({
  ...type,
  properties: Object.fromEntries(
    Object.entries(type.properties ?? {}).map(([field, schema]) => [field, renamed(schema, nameOf)]),
  ),
});

function renamed(schema: FieldSchema, nameOf: (name: string) => string): FieldSchema {
  const { $ref, items, additionalProperties: values } = schema;
  return {
    ...schema,
    ...($ref === undefined ? {} : { $ref: nameOf($ref) }),
    ...(items === undefined ? {} : { items: renamed(items, nameOf) }),
    ...(values === undefined ? {} : { additionalProperties: renamed(values, nameOf) }),
  };
}

const old: ReadonlyMap<string, Named> = new Map(oldTypeTable.flatMap(typesOf));

export const oldTypeNamed = (name: string): TypeSchema | undefined => old.get(name)?.type;

/** The type of today that an old one was like; any other type is like itself. */
export const likeOf = (name: string): string => old.get(name)?.like ?? name;
