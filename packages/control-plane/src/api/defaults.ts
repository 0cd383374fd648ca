/**
 * Filling in what was left out, and leaving out what was said too much. Pure: objects are never changed, only copied.
 */

/** `object` with those of `defaults` that it does not say itself. An empty text says nothing, as in Go; zero does. */
export function withDefaults<T extends object, D extends object>(object: T, defaults: D): T & D {
  const isSaid = (key: string, value: unknown) => value !== undefined && (value !== "" || !(key in defaults));
  const said = Object.fromEntries(Object.entries(object).filter(([key, value]) => isSaid(key, value)));
  return { ...defaults, ...said } as T & D;
}

/** `object` with `change` applied to the field `key`, when that field is there. */
export function withChanged<T extends object, K extends keyof T>(
  object: T,
  key: K,
  change: (value: NonNullable<T[K]>) => T[K],
): T {
  const value = object[key];
  return value === undefined || value === null ? object : { ...object, [key]: change(value) };
}

/** `object` without the field `key`. */
export function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as Omit<T, K>;
}
