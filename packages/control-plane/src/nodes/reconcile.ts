/**
 * Node life: what a node's state means for its Node object and for the pods on it. Pure.
 *
 * Eviction is a delete, as in Kubernetes: the pod's owner replaces it at once, the old copy ends when its board
 * returns. INVARIANT: nothing is evicted unless another board is heard at this moment. A server that hears nobody
 * cannot tell its own silence from theirs, and there would be nowhere to go.
 */
import type { Condition } from "@kubus/shared/api/meta.ts";
import { readyReason, taintKey, type Node, type Taint } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { withCondition } from "../api/verbs/disruption-budget.ts";
import { nothing, type Effect, type Plan } from "../controllers/engine/plan.ts";
import { nodeKind, podKind } from "../kinds/index.ts";
import { ailingEvents, ailingKeys, ailingTaints } from "./ailing.ts";
import { evictions } from "./eviction.ts";
import { lossesAnnotation, recentLosses } from "./losses.ts";
import { nodeLimits, type NodeLife } from "./life.ts";

export interface NodeView {
  readonly node: Node | undefined;
  readonly life: NodeLife;
  /** Whether another board is heard at this moment. */
  readonly hasWitness: boolean;
  readonly pods: readonly Pod[];
  readonly now: number;
}

export function reconcile(view: NodeView): Plan {
  const { node, life, pods, now, hasWitness } = view;
  if (node === undefined || life === "unobserved" || life === "suspect") return nothing;
  const wanted = wantedTaints(node, life, now);
  const { due, nextAt } = evictions(pods, wanted, now);
  const mayEvict = hasWitness || !isLost(life);
  const nextLook = [flapDeadline(node, wanted, now), mayEvict ? nextAt : undefined]
    .filter((at) => at !== undefined)
    .map((at) => Math.max(0, at - now));
  return {
    effects: [
      ...writeCondition(node, life, now),
      ...writeTaints(node, wanted, life, now),
      ...ailingEvents(node, wanted),
      ...(mayEvict ? evictAll(due, { node, life, now }) : []),
      ...(isLost(life) ? pods.filter((pod) => !due.includes(pod)).flatMap(markNotReady(now)) : []),
    ],
    ...(nextLook.length > 0 ? { requeueAfterMs: Math.min(...nextLook) } : {}),
  };
}

/** Its pods are to be moved. */
const isLost = (life: NodeLife) => life === "unreachable" || life === "agentLost";

const faces: Record<
  Exclude<NodeLife, "unobserved" | "suspect">,
  Pick<Condition, "status"> & { reason: string; message: string }
> = {
  ready: { status: "True", reason: readyReason.ready, message: "The agent beats and runs pods." },
  joining: {
    status: "False",
    reason: readyReason.joining,
    message: "The agent beats, but cannot run pods yet.",
  },
  agentStopped: {
    status: "False",
    reason: readyReason.agentStopped,
    message: "The agent stopped; the board lives and its pods go on.",
  },
  agentLost: {
    status: "Unknown",
    reason: readyReason.agentStopped,
    message: "The agent has been away for too long; its pods are moved.",
  },
  unreachable: {
    status: "Unknown",
    reason: readyReason.unreachable,
    message: "Silence on every path: beats on the bus, beats by UDP, probes.",
  },
};

function writeCondition(node: Node, life: keyof typeof faces, now: number): Effect[] {
  const conditions = node.status?.conditions ?? [];
  const face = faces[life];
  const former = conditions.find(({ type }) => type === "Ready");
  if (former?.status === face.status && former.reason === face.reason) return [];
  const at = timestamp(now);
  const lastTransitionTime = former?.status === face.status ? (former.lastTransitionTime ?? at) : at;
  const ready: Condition = { type: "Ready", ...face, lastHeartbeatTime: at, lastTransitionTime };
  const others = conditions.filter(({ type }) => type !== "Ready");
  const wasReady = former?.status === "True";
  return [
    {
      type: "writeStatus",
      kind: nodeKind,
      target: conditional(node),
      status: { conditions: [...others, ready] },
    },
    ...(face.status === "True" || wasReady ? [eventOf(node, face)] : []),
  ];
}

const eventOf = (node: Node, { status, reason, message }: (typeof faces)["ready"]): Effect => ({
  type: "recordEvent",
  about: { kind: "Node", apiVersion: "v1", name: node.metadata.name, uid: node.metadata.uid },
  eventType: status === "True" ? "Normal" : "Warning",
  reason: status === "True" ? "NodeReady" : "NodeNotReady",
  message: `Node ${node.metadata.name}: ${reason}. ${message}`,
});

/** The taints that are node life's own; all others are the user's. */
const ownKeys: readonly string[] = [
  taintKey.notReady,
  taintKey.unreachable,
  taintKey.unschedulable,
  taintKey.flapping,
  ...ailingKeys,
];

function wantedTaints(node: Node, life: NodeLife, now: number): readonly Taint[] {
  const present = node.spec.taints ?? [];
  const keep = (wanted: Pick<Taint, "key" | "effect">): Taint =>
    present.find(({ key, effect }) => key === wanted.key && effect === wanted.effect) ?? {
      ...wanted,
      ...(wanted.effect === "NoExecute" ? { timeAdded: timestamp(now) } : {}),
    };
  const own: Pick<Taint, "key" | "effect">[] = [];
  if (node.spec.unschedulable === true) own.push({ key: taintKey.unschedulable, effect: "NoSchedule" });
  if (life === "joining" || life === "agentStopped")
    own.push({ key: taintKey.notReady, effect: "NoSchedule" });
  if (isLost(life)) {
    own.push(
      { key: taintKey.unreachable, effect: "NoSchedule" },
      { key: taintKey.unreachable, effect: "NoExecute" },
    );
  }
  if (recentLosses(node, now).length >= nodeLimits.flapsMax)
    own.push({ key: taintKey.flapping, effect: "PreferNoSchedule" });
  own.push(...ailingTaints(node));
  return [...present.filter(({ key }) => !ownKeys.includes(key)), ...own.map(keep)];
}

function writeTaints(node: Node, wanted: readonly Taint[], life: NodeLife, now: number): Effect[] {
  const present = node.spec.taints ?? [];
  const isSame =
    present.length === wanted.length &&
    wanted.every((taint) => present.some((other) => isEqual(taint, other)));
  if (isSame) return [];
  const isLostNow = life === "unreachable" && !present.some(({ key }) => key === taintKey.unreachable);
  const annotations = isLostNow
    ? { [lossesAnnotation]: [...recentLosses(node, now), now].join(",") }
    : undefined;
  const patch = {
    metadata: { ...(annotations === undefined ? {} : { annotations }) },
    spec: { taints: wanted.length === 0 ? null : wanted },
  };
  return [{ type: "patch", kind: nodeKind, target: { name: node.metadata.name }, patch }];
}

const isEqual = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect && a.value === b.value;

/** When the taint of a flapping board may go. */
function flapDeadline(node: Node, wanted: readonly Taint[], now: number): number | undefined {
  if (!wanted.some(({ key }) => key === taintKey.flapping)) return undefined;
  const losses = recentLosses(node, now);
  const decisive = losses.at(-nodeLimits.flapsMax);
  return decisive === undefined ? undefined : decisive + nodeLimits.flapWindowMs;
}

interface Eviction {
  readonly node: Node;
  readonly life: NodeLife;
  readonly now: number;
}

/**
 * Each pod says why it goes, so that its owner can tell this from a failure. A living board's agent may say something
 * of the pod meanwhile: there the mark comes first, by the version that was read. On a lost board nobody else writes,
 * and every millisecond counts: there all are deleted first, side by side.
 */
function evictAll(due: readonly Pod[], { node, life, now }: Eviction): Effect[] {
  const deletions = due.flatMap((pod) => evict(pod, node));
  const mark = (pod: Pod) => markEvicted(pod, { isLost: isLost(life), now });
  return isLost(life)
    ? [...deletions, ...due.filter(staysAWhile).flatMap(mark)]
    : [...due.flatMap(mark), ...deletions];
}

/** One without a grace period is gone when it is deleted: nothing is left to be marked. */
const staysAWhile = ({ spec }: Pod): boolean => spec.terminationGracePeriodSeconds !== 0;

function markEvicted(
  pod: Pod,
  { isLost, now }: { readonly isLost: boolean; readonly now: number },
): Effect[] {
  const { namespace = "", name, resourceVersion } = pod.metadata;
  const lastTransitionTime = timestamp(now);
  const marked = withCondition(pod.status?.conditions ?? [], { ...evicted, lastTransitionTime });
  const conditions = isLost ? notReady(marked, now) : marked;
  const target = { namespace, name, ...(isLost ? {} : { resourceVersion }) };
  return [{ type: "writeStatus", kind: podKind, target, status: { conditions } }];
}

const evicted: Condition = {
  type: "DisruptionTarget",
  status: "True",
  reason: "DeletionByTaintManager",
  message: "Taint manager: deleting due to NoExecute taint",
};

function evict(pod: Pod, node: Node): Effect[] {
  const { name, namespace = "", uid } = pod.metadata;
  const text = `Node ${node.metadata.name} has a NoExecute taint that the pod does not tolerate (any longer): `;
  const tells = {
    about: { kind: "Pod", apiVersion: "v1", namespace, name, uid },
    success: { reason: "TaintManagerEviction", text: `Marking for deletion Pod ${namespace}/` },
    failure: { reason: "FailedEviction", text },
  };
  return [
    {
      type: "delete",
      kind: podKind,
      target: { namespace, name },
      options: { preconditions: { uid } },
      tells,
    },
  ];
}

const notReady = (conditions: readonly Condition[], now: number): readonly Condition[] =>
  conditions.map((condition) =>
    condition.type === "Ready" && condition.status === "True"
      ? { ...condition, status: "False", reason: "NodeNotReady", lastTransitionTime: timestamp(now) }
      : condition,
  );

const markNotReady =
  (now: number) =>
  (pod: Pod): Effect[] => {
    const conditions = pod.status?.conditions ?? [];
    if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) return [];
    const changed = notReady(conditions, now);
    const { namespace = "", name } = pod.metadata;
    return [
      { type: "writeStatus", kind: podKind, target: { namespace, name }, status: { conditions: changed } },
    ];
  };

/** The write is refused when somebody else changed the node meanwhile: then it is looked at again. */
const conditional = ({ metadata: { name, resourceVersion } }: Node) => ({ name, resourceVersion });
