/**
 * Gives each board its block of pod addresses, once, for as long as its Node exists.
 *
 * All boards share one key: blocks are handed out one after the other, so no two boards ever get the same one.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import { defineController, type Controller } from "../../controllers/engine/controller.ts";
import type { Effect, Plan } from "../../controllers/engine/plan.ts";
import { nodeKind } from "../../kinds/index.ts";
import { freeBlock } from "./pod-cidr.ts";

interface View {
  readonly nodes: readonly Node[];
  readonly range: string;
}

const everyBoard = "boards";

export const nodeAddressController = (range: string): Controller<View> =>
  defineController<View>({
    name: "nodeaddress",
    guarantee: "Every Node has a podCIDR of its own that no other Node has and that never changes.",
    watches: [{ kind: nodeKind, wakes: ({ type }) => (type === "DELETED" ? [] : [everyBoard]) }],
    observe: (_, { cache }) => ({ nodes: cache.list(nodeKind), range }),
    reconcile: assignBlocks,
  });

export function assignBlocks({ nodes, range }: View): Plan {
  const taken = new Set(nodes.flatMap(({ spec }) => spec.podCIDR ?? []));
  const effects = nodes.flatMap((node): Effect[] => {
    if (node.spec.podCIDR !== undefined) return [];
    const block = freeBlock(range, taken);
    if (block === undefined) return [rangeIsFull(node, range)];
    taken.add(block);
    const patch = {
      metadata: { resourceVersion: node.metadata.resourceVersion },
      spec: { podCIDR: block, podCIDRs: [block] },
    };
    return [{ type: "patch", kind: nodeKind, target: { name: node.metadata.name }, patch }];
  });
  return { effects };
}

const rangeIsFull = ({ metadata: { name, uid } }: Node, range: string): Effect => ({
  type: "recordEvent",
  about: { kind: "Node", apiVersion: "v1", name, uid },
  eventType: "Warning",
  reason: "CIDRNotAvailable",
  message: `Node ${name} gets no pod addresses: every block of ${range} is in use.`,
});
