/** Keys of the store: group, plural, namespace and name, each a token that holds no slash. Pure. */
export interface ObjectKey {
  /** Empty for the core group. */
  readonly group: string;
  readonly plural: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
}

export const formatKey = ({ group, plural, namespace, name }: ObjectKey): string =>
  `${group}/${plural}/${namespace}/${name}`;

export function parseKey(key: string): ObjectKey {
  const [group = "", plural = "", namespace = "", name = ""] = key.split("/");
  return { group, plural, namespace, name };
}
