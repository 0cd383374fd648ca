/** Autoscalers: what to watch, what a decision may know, and the boards that are asked every 15 seconds. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { CrossVersionObjectReference, HorizontalPodAutoscaler } from "@kubus/shared/api/autoscaling.ts";
import type { BoardUsage } from "../../api/usage/board-usage.ts";
import { matchesLabels, parseLabelSelector } from "../../api/selectors.ts";
import type { Cache } from "../../cache/cache.ts";
import { horizontalPodAutoscalerKind, podKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import type { Look } from "../engine/life.ts";
import { splitKey, wakeSelf } from "../workload/wake.ts";
import { decide, nextLookInMs, type Decision } from "./decide.ts";
import { hpaMachine } from "./hpa.machine.ts";
import { makeAutoscalerMemory } from "./memory.ts";
import { reconcile } from "./reconcile.ts";
import { isFailure, type AutoscalerView, type Failure, type ScaleTarget } from "./view.ts";

/** `usage`: what the boards say that their pods use. Without it nobody can tell, and nothing is scaled by its load. */
export function horizontalPodAutoscalerController(usage: BoardUsage | undefined) {
  let wakeKey: (key: string) => void = () => undefined;
  const memory = makeAutoscalerMemory(usage, (key) => wakeKey(key));

  return defineController<AutoscalerView>({
    name: "horizontal-pod-autoscaler",
    component: "horizontal-pod-autoscaler",
    guarantee:
      "A HorizontalPodAutoscaler's target has the size that the load of its pods asks for, within bounds.",
    watches: [{ kind: horizontalPodAutoscalerKind, wakes: wakeSelf }],
    alsoWakes: (wake) => {
      wakeKey = wake;
      return { unsubscribe: memory.forgetAll };
    },
    observe: (key, { cache, now }) => {
      const { namespace, name } = splitKey(key);
      const hpa = cache.get(horizontalPodAutoscalerKind, namespace, name);
      if (hpa === undefined) {
        memory.forget(key);
        return { ...nobody, now };
      }
      const target = targetOf(hpa, cache);
      const pods = isFailure(target) ? [] : podsOf(target, namespace, cache);
      const claimants = isFailure(target) ? [] : claimantsOf(namespace, pods, cache);
      const nodes = pods.flatMap(({ spec }) => spec.nodeName ?? []);
      const round = memory.roundOf(key, nodes, now);
      const recommendations = memory.recommendationsOf(key);
      const view = { hpa, target, pods, claimants, round, recommendations, now };
      const { recommendation } = decide(view, hpa);
      if (recommendation === undefined) return view;
      // What is there when the first figures come counts as asked for, too.
      if (recommendations.length === 0 && !isFailure(target))
        memory.recommend(key, { at: round.at - 1, replicas: target.replicas });
      memory.recommend(key, { at: round.at, replicas: recommendation });
      return view;
    },
    reconcile,
    life: { name: "hpa", machine: hpaMachine, classify },
    isGone: ({ hpa }) => hpa === undefined,
  });
}

const nobody = {
  hpa: undefined,
  target: { error: "there is no autoscaler" },
  pods: [],
  claimants: [],
  round: { at: 0, usage: undefined },
  recommendations: [],
} as const;

function targetOf({ spec, metadata }: HorizontalPodAutoscaler, cache: Cache): ScaleTarget | Failure {
  return scaleOf(spec.scaleTargetRef, metadata.namespace, cache);
}

function scaleOf(
  { apiVersion = "v1", kind: kindName, name }: CrossVersionObjectReference,
  namespace: string | undefined,
  cache: Cache,
): ScaleTarget | Failure {
  const parts = apiVersion.split("/");
  if (parts.length > 2) return { error: `unexpected GroupVersion string: ${apiVersion}` };
  const group = parts.length === 2 ? (parts[0] ?? "") : "";
  // Whatever version it is named in: it is stored as one.
  const kind = cache.kinds().find((row) => row.kind === kindName && row.group === group);
  if (kind === undefined) return { error: `no matches for kind "${kindName}" in group "${group}"` };
  if (kind.scale === undefined) return { error: "the server could not find the requested resource" };
  const object = cache.get<KubeObject>(kind, namespace, name);
  const resource = group === "" ? kind.plural : `${kind.plural}.${group}`;
  if (object === undefined) return { error: `${resource} "${name}" not found` };
  const { replicas, selector } = kind.scale;
  return { kind, object, replicas: replicas(object), selector: selector(object) };
}

function podsOf({ selector }: ScaleTarget, namespace: string, cache: Cache): AutoscalerView["pods"] {
  if (selector === "") return [];
  const query = parseLabelSelector(selector);
  return cache.list(podKind, namespace).filter(({ metadata }) => matchesLabels(query, metadata.labels));
}

/** All autoscalers whose targets mean one of these pods. Most namespaces have one: then nobody is asked. */
function claimantsOf(namespace: string, pods: AutoscalerView["pods"], cache: Cache): readonly string[] {
  const all = cache.list(horizontalPodAutoscalerKind, namespace);
  const claiming = all.length < 2 ? [] : all.filter((hpa) => isClaimedBy(hpa, pods, cache));
  return claiming.map(({ metadata }) => metadata.name);
}

function isClaimedBy(hpa: HorizontalPodAutoscaler, pods: AutoscalerView["pods"], cache: Cache): boolean {
  const target = targetOf(hpa, cache);
  if (isFailure(target) || target.selector === "") return false;
  const query = parseLabelSelector(target.selector);
  return pods.some(({ metadata }) => matchesLabels(query, metadata.labels));
}

const looks: Readonly<Record<Decision["state"], string>> = {
  withoutTarget: "target.missing",
  measuring: "load.asked",
  resized: "size.set",
  disabled: "target.empty",
  waitingForMetrics: "load.unknown",
  steady: "size.fits",
  stabilising: "size.held",
  limited: "size.limited",
};

export function classify(view: AutoscalerView): Look | undefined {
  const { hpa } = view;
  if (hpa === undefined) return undefined;
  const { state, why } = decide(view, hpa);
  const dueInMs = nextLookInMs(view);
  return { type: looks[state], why, ...(dueInMs === undefined ? {} : { dueInMs }) };
}
