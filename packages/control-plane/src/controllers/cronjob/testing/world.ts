/** Cron jobs for tests, on the whole API in memory. Their jobs end when the test says so. */
import assert from "node:assert/strict";
import type { CronJob, Job } from "@kubus/shared/api/batch.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { cronJobKind, jobKind } from "../../../kinds/index.ts";
import type { AnyController } from "../../engine/controller.ts";
import { aPodSpec } from "../../testing/builders.ts";
import { aCluster } from "../../testing/cluster.ts";
import { cronJobController } from "../controller.ts";

export const hello = { namespace: "default", name: "hello" };
export const minuteMs = 60_000;

const template = {
  metadata: { labels: { app: "hello" } },
  spec: { ...aPodSpec, restartPolicy: "Never" as const },
};

export async function aCronCluster(
  spec: Partial<CronJob["spec"]> = {},
  controllers: readonly AnyController[] = [cronJobController],
) {
  const cluster = await aCluster(controllers);
  const cronJob = () =>
    cluster.cache.get(cronJobKind, "default", "hello") ?? assert.fail("there is no cron job");
  return {
    ...cluster,
    make: () =>
      cluster.create(cronJobKind, {
        metadata: hello,
        spec: {
          schedule: "* * * * *",
          jobTemplate: { metadata: { annotations: { note: "kept" } }, spec: { template } },
          ...spec,
        },
      }),
    status: () => cronJob().status ?? {},
    cronJob,
    jobs: (): readonly Job[] => cluster.cache.list(jobKind),
    change: async (patch: object) => {
      await cluster.objects.patch(cronJobKind, hello, patch);
      await cluster.rest();
    },
    /** What the job controller would say of a job that ends now. */
    finish: async (job: Job | undefined, how: "Complete" | "Failed" = "Complete") => {
      if (job === undefined) return assert.fail("there is no such job");
      const at = timestamp(cluster.clock.now());
      const target = { namespace: "default", name: job.metadata.name };
      const said = (type: string) => ({ type, status: "True", lastTransitionTime: at });
      const before = how === "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
      const status = {
        startTime: job.metadata.creationTimestamp,
        ...(how === "Complete" ? { completionTime: at } : {}),
        conditions: [said(before), said(how)],
      };
      await cluster.objects.patch(jobKind, target, { status }, "status");
      await cluster.rest();
    },
  };
}

export type CronCluster = Awaited<ReturnType<typeof aCronCluster>>;
