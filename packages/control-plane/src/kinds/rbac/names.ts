/** Names of roles and bindings: anything that can stand between two slashes of a path. Pure. */
export const rbacGroup = "rbac.authorization.k8s.io";

/** Kubernetes' rule of path segments (apimachinery `api/validation/path`). */
export function pathSegmentName(name: string): string | undefined {
  if (name === "." || name === "..") return `may not be '${name}'`;
  const wrong = ["/", "%"].find((sign) => name.includes(sign));
  return wrong === undefined ? undefined : `may not contain '${wrong}'`;
}
