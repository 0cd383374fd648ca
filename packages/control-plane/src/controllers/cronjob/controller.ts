/** Cron jobs: what to watch, whom to wake, what a decision may know. */
import { controllerOf, type KubeObject } from "@kubus/shared/api/meta.ts";
import type { CacheEvent } from "../../cache/cache.ts";
import { cronJobKind, jobKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";
import { cronJobMachine } from "./cronjob.machine.ts";
import type { CronJobView } from "./duty.ts";
import { classify } from "./look.ts";
import { reconcile } from "./reconcile.ts";

export const cronJobController = defineController<CronJobView>({
  name: "cronjob",
  guarantee: "Each run of a CronJob's schedule gets one job, or none where it says so; never two.",
  watches: [
    { kind: cronJobKind, wakes: wakeSelf },
    { kind: jobKind, wakes: wakeOwner },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const cronJob = cache.get(cronJobKind, namespace, name);
    return {
      cronJob,
      jobs: cronJob === undefined ? [] : cache.controlledBy(jobKind, cronJob.metadata.uid),
      jobNamed: (jobName) => cache.get(jobKind, namespace, jobName),
      now,
    };
  },
  reconcile,
  life: { name: "cronjob", machine: cronJobMachine, classify },
  isGone: ({ cronJob }) => cronJob === undefined,
});

/** Jobs are never adopted: only those that it made, or that were given to it, are its concern. */
function wakeOwner({ object, previous }: CacheEvent): readonly string[] {
  const keys = [object, previous].flatMap((job) => (job === undefined ? [] : ownerKey(job)));
  return [...new Set(keys)];
}

function ownerKey(job: KubeObject): readonly string[] {
  const owner = controllerOf(job);
  return owner?.kind === cronJobKind.kind ? [`${job.metadata.namespace ?? ""}/${owner.name}`] : [];
}
