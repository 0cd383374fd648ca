/** What the API server fills in on nodes (core/v1 defaults). Pure. */
import type { Node, NodeSpec } from "@kubus/shared/api/node.ts";
import type { Received } from "../../received.ts";

/** The spec is always there; allocatable is the capacity until an agent says less. */
export function setNodeDefaults(node: Received<Node>): Node {
  const { spec = {}, status } = node;
  const allocatable = status?.allocatable ?? status?.capacity;
  return {
    ...node,
    spec: withRanges(spec),
    ...(status === undefined
      ? {}
      : { status: allocatable === undefined ? status : { ...status, allocatable } }),
  } as Node;
}

/** `podCIDR` is the first of `podCIDRs`, told twice. */
function withRanges(spec: Received<NodeSpec>): Received<NodeSpec> {
  const { podCIDR = "", podCIDRs = [] } = spec;
  const [first] = podCIDRs;
  if (first !== undefined) return { ...spec, podCIDR: first };
  return podCIDR === "" ? spec : { ...spec, podCIDRs: [podCIDR] };
}
