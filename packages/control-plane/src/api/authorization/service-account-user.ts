/** The users that stand for service accounts: `system:serviceaccount:<namespace>:<name>`. Pure. */
const prefix = "system:serviceaccount:";
const everyAccount = "system:serviceaccounts";

export const serviceAccountUser = (namespace: string, name: string): string =>
  `${prefix}${namespace}:${name}`;

/** Groups of every service account, without `system:authenticated`. */
export const serviceAccountGroups = (namespace: string): readonly string[] => [
  everyAccount,
  `${everyAccount}:${namespace}`,
];

/** Undefined when the user stands for none. */
export function serviceAccountOf(
  userName: string,
): { readonly namespace: string; readonly name: string } | undefined {
  if (!userName.startsWith(prefix)) return undefined;
  const [namespace = "", name = "", ...more] = userName.slice(prefix.length).split(":");
  return namespace === "" || name === "" || more.length > 0 ? undefined : { namespace, name };
}
