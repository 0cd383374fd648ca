/**
 * A board writes only what is its own: its Node without taints and reserved labels, the status of pods bound to it,
 * its Lease. What it may read and ask for at all is the Node authorizer's matter.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Admitter, Attempt } from "../admission.ts";
import { nodeOfUser } from "../authorization/node-user.ts";
import { forbidden } from "../refusals.ts";
import { isSame } from "../same.ts";

/** Labels that a board may not give itself, so that workloads can trust them. */
const reservedLabelPrefix = "node-restriction.kubernetes.io/";

export const nodeRestriction: Admitter = (attempt): void => {
  const node = nodeOfUser(attempt.user);
  const why = node === undefined ? undefined : rules[attempt.kind.plural]?.(attempt, node);
  if (why !== undefined) throw forbidden(attempt.kind, attempt.name, why);
};

type Rule = (attempt: Attempt, node: string) => string | undefined;

const rules: Readonly<Record<string, Rule>> = {
  nodes: ({ name, object, previous }, node) => {
    if (name !== node) return `node "${node}" is not allowed to modify node "${name}"`;
    if (previous === undefined) return undefined;
    const [next, before] = [object as Node, previous as Node];
    if (!isSame(next.spec.taints ?? [], before.spec.taints ?? []))
      return `node "${node}" is not allowed to modify taints`;
    const touched = reservedLabelsTouched(next, before);
    return touched.length > 0
      ? `node "${node}" is not allowed to modify labels: ${touched.join(", ")}`
      : undefined;
  },
  pods: ({ operation, previous, object }, node) => {
    if (operation === "create") return `node "${node}" can not create pods`;
    const { nodeName } = ((previous ?? object) as Pod).spec;
    return nodeName === node
      ? undefined
      : `node "${node}" can only change pods with spec.nodeName set to itself`;
  },
  leases: ({ namespace, name }, node) =>
    namespace === "kube-node-lease" && name === node
      ? undefined
      : `can only access node lease with the same name as the requesting node`,
};

function reservedLabelsTouched(next: KubeObject, previous: KubeObject): readonly string[] {
  const [after, before] = [next.metadata.labels ?? {}, previous.metadata.labels ?? {}];
  return [...new Set([...Object.keys(after), ...Object.keys(before)])].filter(
    (key) => key.startsWith(reservedLabelPrefix) && after[key] !== before[key],
  );
}
