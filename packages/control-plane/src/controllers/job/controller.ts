/** Jobs: what to watch, whom to wake, what a decision may know. */
import type { Job } from "@kubus/shared/api/batch.ts";
import { jobKind, podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { candidatesOf, splitKey, wakeOwners, wakeSelf } from "../workload/wake.ts";
import { jobMachine } from "./job.machine.ts";
import { classify } from "./look.ts";
import { reconcile, type JobView } from "./reconcile.ts";

const selectorOf = ({ spec }: Job) => spec.selector;

export const jobController = defineController<JobView>({
  name: "job",
  guarantee:
    "A Job's pods run until enough have succeeded or too many have failed; each is counted exactly once.",
  watches: [
    { kind: jobKind, wakes: wakeSelf },
    { kind: podKind, wakes: wakeOwners({ ownerKind: jobKind, selectorOf }) },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const job = cache.get(jobKind, namespace, name);
    if (job === undefined) return { job, pods: [], now };
    const { selector } = job.spec;
    return { job, pods: candidatesOf(cache, podKind, { object: job, selector }), now };
  },
  reconcile,
  life: { name: "job", machine: jobMachine, classify },
  isGone: ({ job }) => job === undefined,
});
