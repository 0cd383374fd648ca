/**
 * Pod garbage collection: one key per pod that may be lost, and one for all finished pods together.
 *
 * Since when a node is missing is remembered here and not in the store: whoever leads anew waits a little longer.
 */
import { keyOf } from "@kubus/shared/api/meta.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { nodeKind, podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey } from "../workload/wake.ts";
import { reconcile, surplusFinished, type PodGcView } from "./reconcile.ts";

type View = { readonly finished: readonly Pod[] } | PodGcView;

const finishedPods = "finished";

export function podGcController() {
  const missingSince = new Map<string, number>();

  const missingForMs = (cache: Cache, nodeName: string, now: number): number | undefined => {
    if (nodeName === "") return undefined;
    if (cache.get(nodeKind, undefined, nodeName) !== undefined) {
      missingSince.delete(nodeName);
      return undefined;
    }
    const since = missingSince.get(nodeName) ?? now;
    missingSince.set(nodeName, since);
    return now - since;
  };

  return defineController<View>({
    name: "podgc",
    guarantee: "No pod stays for ever on a board that is gone, and finished pods do not pile up.",
    watches: [
      { kind: podKind, wakes: wakeIfLost },
      { kind: nodeKind, wakes: wakePodsOf },
    ],
    observe: (key, { cache, now }) => {
      if (key === finishedPods) return { finished: cache.list(podKind) };
      const { namespace, name } = splitKey(key);
      const pod = cache.get(podKind, namespace, name);
      return { pod, nodeMissingForMs: missingForMs(cache, pod?.spec.nodeName ?? "", now) };
    },
    reconcile: (view) => ("finished" in view ? surplusFinished(view.finished) : reconcile(view)),
    isGone: (view) => "finished" in view || view.nodeMissingForMs === undefined,
  });
}

function wakeIfLost({ type, object, previous }: CacheEvent, cache: Cache): readonly string[] {
  if (type === "DELETED") return [];
  const pod = object as Pod;
  const wasFinished = previous !== undefined && isFinished(previous as Pod);
  const { nodeName = "" } = pod.spec;
  const isLost =
    nodeName === ""
      ? pod.metadata.deletionTimestamp !== undefined
      : cache.get(nodeKind, undefined, nodeName) === undefined;
  return [...(isLost ? [keyOf(pod)] : []), ...(isFinished(pod) && !wasFinished ? [finishedPods] : [])];
}

/** A node that goes, and one that comes back. */
const wakePodsOf = ({ type, object }: CacheEvent, cache: Cache): readonly string[] =>
  type === "MODIFIED" ? [] : cache.onNode(podKind, object.metadata.name).map(keyOf);
