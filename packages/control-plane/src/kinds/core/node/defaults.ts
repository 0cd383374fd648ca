/** What the API server fills in on nodes (core/v1 defaults). Pure. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { Received } from "../../received.ts";

/** The spec is always there; allocatable is the capacity until an agent says less. */
export function setNodeDefaults(node: Received<Node>): Node {
  const { spec = {}, status } = node;
  const allocatable = status?.allocatable ?? status?.capacity;
  return {
    ...node,
    spec,
    ...(status === undefined
      ? {}
      : { status: allocatable === undefined ? status : { ...status, allocatable } }),
  } as Node;
}
