/** A namespace with a deployment, an autoscaler, and boards that say what a test wants them to. */
import type { HorizontalPodAutoscaler } from "@kubus/shared/api/autoscaling.ts";
import { isFinished, type Pod } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { deploymentKind, horizontalPodAutoscalerKind, podKind } from "../../../kinds/index.ts";
import { deploymentController } from "../../deployment/controller.ts";
import { replicaSetController } from "../../replicaset/controller.ts";
import { aCluster } from "../../testing/cluster.ts";
import { horizontalPodAutoscalerController } from "../controller.ts";

const namespace = "default";
const app = { app: "web" };
type Spec = HorizontalPodAutoscaler["spec"];

/** A deployment `web` of pods that ask for 100m of CPU and 64Mi; each uses what `load` says, once it runs. */
export async function aLoadedCluster(replicas: number, spec: Partial<Spec> = {}) {
  /** Millicores of each pod; undefined: the boards do not tell. */
  const load: { milli: number | undefined; answers: boolean } = { milli: 50, answers: true };
  const asked: string[] = [];
  let release: () => void = () => undefined;
  let runningPods: () => readonly Pod[] = () => [];
  const usage = {
    of: async (node: string) => {
      asked.push(node);
      if (!load.answers) await new Promise<void>((resolve) => (release = resolve));
      const { milli } = load;
      if (milli === undefined) return undefined;
      const pods = runningPods().map((pod) => ({
        namespace,
        name: pod.metadata.name,
        uid: pod.metadata.uid,
        at: Number.MAX_SAFE_INTEGER,
        windowMs: 15_000,
        containers: [{ name: "main", cpuNanocores: milli * 1_000_000, memoryBytes: 64 * 1024 * 1024 }],
      }));
      return { pods };
    },
  };
  const cluster = await aCluster([
    horizontalPodAutoscalerController(usage),
    deploymentController,
    replicaSetController,
  ]);
  runningPods = () =>
    cluster.cache.list<Pod>(podKind, namespace).filter(({ status }) => status?.phase === "Running");

  /** What the scheduler and the agents do. */
  const run = async () => {
    for (const pod of cluster.cache.list<Pod>(podKind, namespace)) {
      if (pod.status?.phase === "Running" || isFinished(pod)) continue;
      const target = { namespace, name: pod.metadata.name };
      await cluster.objects.bind({ ...target, uid: pod.metadata.uid }, "board-1");
      const startTime = timestamp(cluster.clock.now());
      await cluster.objects.patch(podKind, target, { status: { startTime } }, "status");
    }
    await cluster.rest();
    await cluster.run();
  };
  await cluster.create(deploymentKind, {
    metadata: { name: "web", namespace },
    spec: {
      replicas,
      selector: { matchLabels: app },
      template: {
        metadata: { labels: app },
        spec: {
          containers: [
            { name: "main", image: "host/sh", resources: { requests: { cpu: "100m", memory: "64Mi" } } },
          ],
        },
      },
    },
  });
  await run();
  const autoscale = (more: Partial<Spec> = {}, name = "web") =>
    cluster.create(horizontalPodAutoscalerKind, {
      metadata: { name, namespace },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        maxReplicas: 10,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
          },
        ],
        ...spec,
        ...more,
      },
    });
  const hpa = () => cluster.cache.get(horizontalPodAutoscalerKind, namespace, "web");
  return {
    ...cluster,
    autoscale,
    hpa,
    run,
    load,
    asked,
    /** A board that was silent answers. */
    answer: async () => {
      load.answers = true;
      release();
      await cluster.rest();
    },
    size: () => cluster.cache.get(deploymentKind, namespace, "web")?.spec.replicas,
    condition: (type: string) => {
      const found = hpa()?.status?.conditions?.find((one) => one.type === type);
      return `${found?.status ?? ""} ${found?.reason ?? ""}: ${found?.message ?? ""}`;
    },
    resize: async (to: number) => {
      await cluster.objects.patch(deploymentKind, { namespace, name: "web" }, { spec: { replicas: to } });
      await cluster.rest();
    },
    respec: async (patch: object) => {
      await cluster.objects.patch(horizontalPodAutoscalerKind, { namespace, name: "web" }, { spec: patch });
      await cluster.rest();
    },
    /** The next look at the figures. */
    tick: () => cluster.advance(15_000),
    state: () => cluster.stateOf("hpa default/web"),
  };
}
