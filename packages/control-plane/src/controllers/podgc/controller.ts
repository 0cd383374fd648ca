/**
 * Pod garbage collection: one key per pod that may be lost, and one for all finished pods together.
 *
 * Since when a node is missing is remembered here and not in the store: whoever leads anew waits a little longer.
 */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { nodeKind, podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey } from "../workload/wake.ts";
import { reconcile, surplusFinished, type PodGcView } from "./reconcile.ts";

type View = { readonly finished: readonly Pod[] } | PodGcView;

const finishedPods = "finished";

/** Kubernetes' word for a board that was switched off by hand: its pods may be given up at once. */
const outOfServiceTaint = "node.kubernetes.io/out-of-service";

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
    // Whoever leads again knows nothing of what became of the boards meanwhile.
    alsoWakes: () => ({ unsubscribe: () => missingSince.clear() }),
    observe: (key, { cache, now }) => {
      if (key === finishedPods) return { finished: cache.list(podKind) };
      const { namespace, name } = splitKey(key);
      const pod = cache.get(podKind, namespace, name);
      const nodeName = pod?.spec.nodeName ?? "";
      return {
        pod,
        nodeMissingForMs: missingForMs(cache, nodeName, now),
        isOutOfService: isOutOfService(
          nodeName === "" ? undefined : cache.get(nodeKind, undefined, nodeName),
        ),
        now,
      };
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
  const isEnding = pod.metadata.deletionTimestamp !== undefined;
  const node = nodeName === "" ? undefined : cache.get(nodeKind, undefined, nodeName);
  const isLost = nodeName === "" ? isEnding : node === undefined || (isEnding && isOutOfService(node));
  return [...(isLost ? [keyOf(pod)] : []), ...(isFinished(pod) && !wasFinished ? [finishedPods] : [])];
}

/** A node that goes, one that comes back, and one that somebody takes out of service. */
function wakePodsOf({ type, object }: CacheEvent, cache: Cache): readonly string[] {
  if (type === "MODIFIED" && !isOutOfService(object as Node)) return [];
  return cache.onNode(podKind, object.metadata.name).map(keyOf);
}

/** Somebody vouches that nothing runs there any more, and nothing is heard that says otherwise. */
function isOutOfService(node: Node | undefined): boolean {
  const isTainted = node?.spec.taints?.some(({ key }) => key === outOfServiceTaint) === true;
  const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
  return isTainted && ready?.status !== "True";
}
