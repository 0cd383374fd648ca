/** Deletes jobs some time after they ended. */
import { controllerOf, keyOf } from "@kubus/shared/api/meta.ts";
import type { Job } from "@kubus/shared/api/batch.ts";
import type { Cache } from "../../cache/cache.ts";
import { cronJobKind, jobKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey } from "../workload/wake.ts";
import { expiryOf, reconcile, type FinishedView } from "./reconcile.ts";

export const ttlAfterFinishedController = defineController<FinishedView>({
  name: "ttl-after-finished",
  guarantee: "A Job that ended goes when its ttlSecondsAfterFinished have passed, and its pods with it.",
  watches: [
    // Jobs that stay for ever cost nothing; one whose time was taken away or that is gone is looked at once more.
    {
      kind: jobKind,
      wakes: ({ object, previous }) =>
        mayExpire(object as Job) || mayExpire(previous as Job | undefined) ? [keyOf(object)] : [],
    },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const job = cache.get(jobKind, namespace, name);
    return { job, cronJob: job === undefined ? undefined : cronJobOf(job, cache), now };
  },
  reconcile,
  isGone: ({ job }) => job === undefined || !mayExpire(job),
});

const mayExpire = (job: Job | undefined): boolean => job !== undefined && expiryOf(job) !== undefined;

function cronJobOf(job: Job, cache: Cache) {
  const owner = controllerOf(job);
  if (owner?.kind !== cronJobKind.kind) return undefined;
  const cronJob = cache.get(cronJobKind, job.metadata.namespace, owner.name);
  return cronJob?.metadata.uid === owner.uid ? cronJob : undefined;
}
