/** Keeps one pod's record on disk, for an agent that begins while no server answers. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { PodWorld } from "./home.ts";
import { podLogFolder } from "./plan.ts";

/** Saves the pod when what a later agent must know has changed: its phase, restarts, readiness. One write at a time. */
export function recordKeeper({ records, logs, sources, terms, log }: PodWorld) {
  let saved = "";
  let last: Promise<void> = Promise.resolve();
  // The record is for hard times: without it the pod still runs, and the API tells of it again.
  const queue = (pod: Pod, write: () => Promise<void>) => {
    last = last
      .then(write)
      .catch((error: unknown) => log.warn("pod.unrecorded", { pod: keyOf(pod), why: String(error) }));
    return last;
  };
  return {
    keep: (pod: Pod): void => {
      const { status = {} } = pod;
      const runs = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      const ends = runs.map(({ containerID, ready, state }) => [
        containerID,
        ready,
        state.terminated?.exitCode,
      ]);
      const essence = JSON.stringify([status.phase, ends]);
      if (essence === saved) return;
      saved = essence;
      void queue(pod, () => records.savePod(pod));
    },
    /** Takes away all that the board kept about a pod that is over and confirmed. */
    forget: (pod: Pod): Promise<void> =>
      queue(pod, async () => {
        sources.forget(pod.metadata.uid);
        await records.removePod(pod.metadata.uid);
        await logs.remove(podLogFolder(terms, pod));
      }),
  };
}
