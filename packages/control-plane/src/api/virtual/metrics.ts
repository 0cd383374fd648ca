/**
 * What nodes and pods use: their agents are asked, those of Ready nodes only, all at once.
 *
 * Absent from a list, and not found by its name: a node whose agent does not tell, a pod that does not run or has not
 * run for a whole window.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { NodeMetrics, PodMetrics } from "@kubus/shared/api/metrics.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Measured, Used } from "@kubus/shared/bus/usage.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { nodeKind, podKind } from "../../kinds/index.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import { binaryQuantity, coresQuantity, goDuration } from "../../kinds/metrics/amounts.ts";
import { nodeMetricsKind, podMetricsKind } from "../../kinds/metrics/index.ts";
import type { Act, Call } from "../call.ts";
import type { ApiState } from "../ports.ts";
import { notFound } from "../refusals.ts";
import { answer, answerList } from "../render.ts";
import { selectionOf } from "../selection.ts";

export const getNodeMetrics: Act = async (state, call) => {
  const { name = "" } = call;
  const node = state.cache.get(nodeKind, undefined, name);
  if (node === undefined) throw notFound(nodeKind, name);
  const found = await nodeMetricsOf(state, node);
  if (found === undefined) throw unknownUsage(call, name);
  return answer(state, call, found);
};

export const listNodeMetrics: Act = async (state, call) => {
  const nodes = state.cache.list(nodeKind).filter(selectionOf(call).matches);
  return answerAll(state, call, await Promise.all(nodes.map((node) => nodeMetricsOf(state, node))));
};

export const getPodMetrics: Act = async (state, call) => {
  const { namespace = "", name = "" } = call;
  const pod = state.cache.get(podKind, namespace, name);
  if (pod === undefined) throw notFound(podKind, name);
  const found = await podMetricsOf(state, pod);
  if (found === undefined) throw unknownUsage(call, `${namespace}/${name}`);
  return answer(state, call, found);
};

export const listPodMetrics: Act = async (state, call) => {
  const pods = state.cache.list(podKind, call.namespace).filter(selectionOf(call).matches);
  return answerAll(state, call, await Promise.all(pods.map((pod) => podMetricsOf(state, pod))));
};

const answerAll = (state: ApiState, call: Call, found: readonly (KubeObject | undefined)[]) =>
  answerList(state, call, {
    resourceVersion: "",
    objects: found.filter((object) => object !== undefined),
  });

/** In the words of the metrics server: `podmetrics.metrics.k8s.io "default/web" not found`. */
const unknownUsage = ({ served }: Call, name: string) =>
  notFound({ ...served, plural: served.kind.toLowerCase() }, name);

async function nodeMetricsOf(state: ApiState, node: Node): Promise<NodeMetrics | undefined> {
  const report = await reportFrom(state, node);
  if (report?.node === undefined) return undefined;
  return {
    kind: nodeMetricsKind.kind,
    apiVersion: apiVersionOf(nodeMetricsKind),
    metadata: metadataLike(state, node),
    ...spanOf(report.node),
    usage: usageOf(report.node),
  };
}

async function podMetricsOf(state: ApiState, pod: Pod): Promise<PodMetrics | undefined> {
  const { spec, status, metadata } = pod;
  if (status?.phase !== "Running" || spec.nodeName === undefined) return undefined;
  const node = state.cache.get(nodeKind, undefined, spec.nodeName);
  const report = await reportFrom(state, node);
  const found = report?.pods.find(({ uid }) => uid === metadata.uid);
  if (found === undefined) return undefined;
  return {
    kind: podMetricsKind.kind,
    apiVersion: apiVersionOf(podMetricsKind),
    metadata: metadataLike(state, pod),
    ...spanOf(found),
    containers: found.containers.map((one) => ({ name: one.name, usage: usageOf(one) })),
  };
}

async function reportFrom({ boardUsage }: ApiState, node: Node | undefined) {
  const isReady = node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return isReady === true ? boardUsage.of(node?.metadata.name ?? "") : undefined;
}

/** What is not stored has no identity, and was made just now. */
function metadataLike({ clock }: ApiState, { metadata: { name, namespace, labels } }: KubeObject) {
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    creationTimestamp: timestamp(clock.now()),
    ...(labels === undefined ? {} : { labels }),
  };
  return metadata as KubeObject["metadata"];
}

const spanOf = ({ at, windowMs }: Measured) => ({ timestamp: timestamp(at), window: goDuration(windowMs) });

const usageOf = ({ cpuNanocores, memoryBytes }: Used) => ({
  cpu: coresQuantity(Math.round(cpuNanocores)),
  memory: binaryQuantity(Math.round(memoryBytes)),
});
