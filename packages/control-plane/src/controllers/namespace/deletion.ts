/**
 * Namespace deletion: empties a namespace that is being deleted, then lets it go. Pure.
 *
 * INVARIANT: it lets go only when nothing is left in it. Creation in such a namespace is refused by the API, so what
 * was emptied stays empty.
 */
import type { Condition, KubeObject } from "@kubus/shared/api/meta.ts";
import type { Namespace } from "@kubus/shared/api/core.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { isSame } from "../../api/same.ts";
import { namespaceKind } from "../../kinds/index.ts";
import type { Kind } from "../../kinds/kind.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";

/** The finalizer in the spec that holds a namespace until it is empty. */
const finalizer = "kubernetes";

export interface NamespaceView {
  readonly namespace: Namespace | undefined;
  /** What is in it, by kind; empty kinds may be left out. */
  readonly contents: readonly { readonly kind: Kind; readonly objects: readonly KubeObject[] }[];
  readonly now: number;
}

export function reconcile(view: NamespaceView): Plan {
  const { namespace, contents } = view;
  if (namespace?.metadata.deletionTimestamp === undefined) return nothing;
  if (!(namespace.spec?.finalizers ?? []).includes(finalizer)) return nothing;
  const remaining = contents.filter(({ objects }) => objects.length > 0);
  const deletions = inOrder(remaining).flatMap(({ kind, objects }) => deleteAll(kind, objects));
  const release = remaining.length === 0 ? [letGo(namespace)] : [];
  return { effects: [...writeConditions(view, namespace), ...deletions, ...release] };
}

/** Those that make others go first; what pods live on goes last. */
const ranks: Readonly<Record<string, number>> = {
  Deployment: 0,
  ReplicaSet: 1,
  ReplicationController: 1,
  Pod: 2,
};
const inOrder = (contents: NamespaceView["contents"]): NamespaceView["contents"] =>
  contents.toSorted((a, b) => (ranks[a.kind.kind] ?? 3) - (ranks[b.kind.kind] ?? 3));

const deleteAll = (kind: Kind, objects: readonly KubeObject[]): Effect[] =>
  objects
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((object) => ({
      type: "delete",
      kind,
      target: targetOf(object),
      options: { propagationPolicy: "Background", preconditions: { uid: object.metadata.uid } },
    }));

function letGo({ metadata, spec }: Namespace): Effect {
  const finalizers = (spec?.finalizers ?? []).filter((name) => name !== finalizer);
  const patch = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { finalizers } };
  return {
    type: "patch",
    kind: namespaceKind,
    target: { name: metadata.name },
    patch,
    subresource: "finalize",
  };
}

/** What `kubectl describe namespace` tells about one that does not go. */
function writeConditions({ contents, now }: NamespaceView, namespace: Namespace): Effect[] {
  const former = namespace.status?.conditions ?? [];
  const next = [remainingContent(contents), remainingFinalizers(contents)].map((condition): Condition => {
    const known = former.find(({ type }) => type === condition.type);
    const isOld = known?.status === condition.status && known.lastTransitionTime !== undefined;
    return { ...condition, lastTransitionTime: isOld ? (known.lastTransitionTime ?? "") : timestamp(now) };
  });
  const isNews = next.some(({ status }) => status === "True") || former.length > 0;
  if (!isNews || isSame(next, former) || contents.every(({ objects }) => objects.length === 0)) return [];
  const target = { name: namespace.metadata.name };
  return [
    { type: "writeStatus", kind: namespaceKind, target, status: { phase: "Terminating", conditions: next } },
  ];
}

function remainingContent(contents: NamespaceView["contents"]): Condition {
  const list = contents
    .filter(({ objects }) => objects.length > 0)
    .map(({ kind, objects }) => `${resourceOf(kind)} has ${objects.length} resource instances`)
    .join(", ");
  return list === ""
    ? {
        type: "NamespaceContentRemaining",
        status: "False",
        reason: "ContentRemoved",
        message: "All content successfully removed",
      }
    : {
        type: "NamespaceContentRemaining",
        status: "True",
        reason: "SomeResourcesRemain",
        message: `Some resources are remaining: ${list}`,
      };
}

function remainingFinalizers(contents: NamespaceView["contents"]): Condition {
  const counts = new Map<string, number>();
  const all = contents.flatMap(({ objects }) => objects.flatMap(({ metadata }) => metadata.finalizers ?? []));
  for (const name of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  const list = [...counts].map(([name, count]) => `${name} in ${count} resource instances`).join(", ");
  return list === ""
    ? {
        type: "NamespaceFinalizersRemaining",
        status: "False",
        reason: "ContentHasNoFinalizers",
        message: "All content-preserving finalizers finished",
      }
    : {
        type: "NamespaceFinalizersRemaining",
        status: "True",
        reason: "SomeFinalizersRemain",
        message: `Some content in the namespace has finalizers remaining: ${list}`,
      };
}

/** As kubectl names it: `pods.`, `deployments.apps`. */
const resourceOf = ({ plural, group }: Kind) => `${plural}.${group}`;
