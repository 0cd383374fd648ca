/** Objects of old versions, read and changed field by field: nobody else writes types for them. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** An object whose parts are looked into without knowing their types. */
export type Loose = KubeObject & { readonly spec?: Fields; readonly status?: Fields };

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object in a field; nothing when there is none. */
export const fieldsIn = (parent: Fields | undefined, name: string): Fields => {
  const value = parent?.[name];
  return isFields(value) ? value : {};
};

/** The objects of a list in a field. */
export const listIn = (parent: Fields | undefined, name: string): readonly Fields[] => {
  const value = parent?.[name];
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isFields) : [];
};

/** Without what is undefined. */
export const said = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Without the fields of these names. */
export const omit = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** With `change` made of the field, when it is there. */
export const changed = (fields: Fields, name: string, change: (value: Fields) => Fields): Fields =>
  isFields(fields[name]) ? { ...fields, [name]: change(fields[name]) } : fields;

/** With `change` made of each item of the list, when it is there. */
export const changedEach = (fields: Fields, name: string, change: (item: Fields) => Fields): Fields => {
  const value = fields[name];
  if (!Array.isArray(value)) return fields;
  return {
    ...fields,
    [name]: (value as readonly unknown[]).map((item) => (isFields(item) ? change(item) : item)),
  };
};

/** A conversion that changes the spec alone; an object without one is left alone. */
export const inSpec =
  (change: (spec: Fields) => Fields) =>
  (object: KubeObject): KubeObject =>
    changed(object as unknown as Fields, "spec", change) as unknown as KubeObject;
