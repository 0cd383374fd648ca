/**
 * Where the scheduler would put a pod's replacement, once the pod is ending. Pure.
 *
 * A move whose replacement would come back, or go elsewhere, is none.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { boardOf, type Board } from "../board.ts";
import { decide } from "../decide.ts";
import { surroundingsOf } from "../surroundings/surroundings.ts";
import type { Outlook } from "./view.ts";

/** The name of a board; undefined when the replacement would fit nowhere. */
export function forecast(pod: Pod, { boards, around, weights }: Outlook): string | undefined {
  const { nodeName = "" } = pod.spec;
  const after = boards.map((board) => (board.node.metadata.name === nodeName ? leaving(pod, board) : board));
  const surroundings = surroundingsOf(after, {
    namespaceLabels: around.namespaceLabels,
    storage: around.storage,
    architecturesOf: (image) => around.architecturesOf(image),
  });
  const decision = decide(replacementOf(pod), after, surroundings, { weights });
  return decision.type === "bind" ? decision.node : undefined;
}

/** The board on which the pod still takes its room, but does not count among its siblings any more. */
function leaving({ metadata: { uid } }: Pod, { node, load }: Board): Board {
  const want = load.pods.get(uid);
  if (want === undefined) return boardOf(node, load);
  const { owner = "", pod } = want;
  const ending = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: pod.metadata.creationTimestamp } };
  return boardOf(node, {
    ...load,
    pods: new Map(load.pods).set(uid, { ...want, pod: ending }),
    siblings: new Map(load.siblings).set(owner, Math.max(0, (load.siblings.get(owner) ?? 0) - 1)),
  });
}

/** What its owner would make of the same template: without a board, and nobody yet. */
function replacementOf({ metadata, spec, ...rest }: Pod): Pod {
  return {
    ...rest,
    metadata: { ...metadata, name: `${metadata.name}-replacement`, uid: `${metadata.uid}-replacement` },
    spec: { ...spec, nodeName: "" },
    status: { phase: "Pending" },
  };
}
