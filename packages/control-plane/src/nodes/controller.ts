/** Node life as a controller: what wakes it and what it looks at. The decision is reconcile.ts. */
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { defineController, type Controller } from "../controllers/engine/controller.ts";
import { nodeKind, podKind } from "../kinds/index.ts";
import type { Lives } from "./lives.ts";
import { reconcile, type NodeView } from "./reconcile.ts";

export const nodeLifeController = (lives: Lives): Controller<NodeView> =>
  defineController<NodeView>({
    name: "nodelife",
    component: "node-controller",
    guarantee:
      "A node's Ready condition and taints say what is known of its board; pods are deleted from a lost board only while another one is heard.",
    watches: [
      { kind: nodeKind, wakes: ({ object }) => [object.metadata.name] },
      {
        // A pod that is bound to a lost board meanwhile has to leave it too.
        kind: podKind,
        wakes: ({ object, type }) => {
          const { nodeName } = (object as Pod).spec;
          return nodeName === undefined || type === "DELETED" || lives.of(nodeName) === "ready"
            ? []
            : [nodeName];
        },
      },
    ],
    alsoWakes: (wake) => {
      for (const node of lives.known()) wake(node);
      return lives.onChange(wake);
    },
    observe: (name, { cache, now }) => ({
      node: cache.get<Node>(nodeKind, undefined, name),
      life: lives.of(name),
      hasWitness: lives.hasWitness(name),
      pods: cache.onNode<Pod>(podKind, name),
      now,
    }),
    reconcile,
    isGone: ({ node }) => node === undefined,
  });
