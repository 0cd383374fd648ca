/** How a map in metadata becomes another one by a JSON merge patch: what goes is set to null. Pure. */
export type Texts = Readonly<Record<string, string>>;

/** Undefined: they are the same. */
export function mergeOf(
  before: Texts | undefined,
  after: Texts,
): Readonly<Record<string, string | null>> | undefined {
  const gone = Object.keys(before ?? {}).filter((key) => !Object.hasOwn(after, key));
  const changed = Object.entries(after).filter(([key, value]) => before?.[key] !== value);
  return gone.length + changed.length === 0
    ? undefined
    : { ...Object.fromEntries(changed), ...Object.fromEntries(gone.map((key) => [key, null])) };
}

export const withoutKeys = (texts: Texts | undefined, ...keys: readonly string[]): Texts =>
  Object.fromEntries(Object.entries(texts ?? {}).filter(([key]) => !keys.includes(key)));
