/** Jobs for tests: on the whole API in memory, with words for what boards say of pods. */
import assert from "node:assert/strict";
import type { Job, JobSpec, JobStatus } from "@kubus/shared/api/batch.ts";
import type { Pod, PodStatus } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { jobKind, podKind } from "../../../kinds/index.ts";
import type { AnyController } from "../../engine/controller.ts";
import { garbageController } from "../../garbage/controller.ts";
import { aMeta, aPodSpec, at } from "../../testing/builders.ts";
import { aCluster } from "../../testing/cluster.ts";
import { jobController } from "../controller.ts";
import { jobOrphanController } from "../orphans.ts";

export const pi = { namespace: "default", name: "pi" };

const labels = { job: "pi" };

/** As the API would have filled it in. */
export const aJob = (
  spec: Partial<JobSpec> = {},
  status: JobStatus = {},
  meta: Partial<Job["metadata"]> = {},
): Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: aMeta("pi", { generation: 1, ...meta }),
  spec: {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed",
    selector: { matchLabels: labels },
    ...spec,
    template: { metadata: { labels }, spec: { ...aPodSpec, restartPolicy: "Never", ...spec.template?.spec } },
  },
  status,
});

/** How a pod ended. */
export const exited = (exitCode: number, atSeconds = 0): PodStatus => ({
  phase: exitCode === 0 ? "Succeeded" : "Failed",
  containerStatuses: [
    {
      name: "main",
      image: "host/sleep",
      imageID: "",
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode, finishedAt: at(atSeconds) } },
      lastState: {},
    },
  ],
});

const without = (spec: JobSpec, ...names: readonly (keyof JobSpec)[]): JobSpec =>
  Object.fromEntries(
    Object.entries(spec).filter(([name]) => !(names as readonly string[]).includes(name)),
  ) as unknown as JobSpec;

export async function aJobCluster(
  spec: Partial<JobSpec> = {},
  controllers: readonly AnyController[] = [jobController, jobOrphanController, garbageController],
) {
  const cluster = await aCluster(controllers);
  const given: JobSpec = without(
    aJob(spec).spec,
    ...(spec.manualSelector === true ? [] : (["selector"] as const)),
  );
  const make = () => cluster.create(jobKind, { metadata: pi, spec: given });
  /** Without a number of completions. */
  const makeQueue = () => cluster.create(jobKind, { metadata: pi, spec: without(given, "completions") });
  const job = () => cluster.cache.get(jobKind, "default", "pi") ?? assert.fail("there is no job");
  const pods = () => cluster.cache.list(podKind);
  const isActive = ({ metadata, status }: Pod) =>
    metadata.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";
  const say = async ({ metadata }: Pod, status: PodStatus) => {
    await cluster.objects.patch(podKind, { namespace: "default", name: metadata.name }, { status }, "status");
    await cluster.rest();
  };
  return {
    ...cluster,
    make,
    makeQueue,
    /** Boards take the pods that wait: from now on these end only when a board says so. */
    placeAll: async () => {
      for (const { metadata } of pods()) {
        const { name, uid } = metadata;
        await cluster.objects.bind({ namespace: "default", name, uid }, "board-1");
      }
      await cluster.rest();
    },
    job,
    status: (): JobStatus => job().status ?? {},
    pods,
    active: () => pods().filter(isActive),
    say,
    /** Its containers end now. */
    exit: (pod: Pod | undefined, exitCode: number) =>
      pod === undefined
        ? assert.fail("there is no such pod")
        : say(pod, exited(exitCode, (cluster.clock.now() - Date.parse(at(0))) / 1_000)),
    change: async (patch: object) => {
      await cluster.objects.patch(jobKind, pi, patch);
      await cluster.rest();
    },
    conditions: () =>
      (job().status?.conditions ?? []).map(({ type, status, reason }) =>
        `${type}=${status} ${reason ?? ""}`.trim(),
      ),
    at: () => timestamp(cluster.clock.now()),
    /** The agent confirms that a deleted pod has ended. */
    confirm: async ({ metadata }: Pod) => {
      const options = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } };
      await cluster.objects.delete(podKind, { namespace: "default", name: metadata.name }, options);
      await cluster.rest();
    },
  };
}

export type JobCluster = Awaited<ReturnType<typeof aJobCluster>>;
