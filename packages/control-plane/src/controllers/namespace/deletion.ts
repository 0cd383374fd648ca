/**
 * Namespace deletion: empties a namespace that is being deleted, then lets it go. Pure.
 *
 * Pods go first, with their grace, and everything that they may still need while they end stays until they are gone:
 * Kubernetes' ordered deletion (1.33).
 *
 * INVARIANT: it lets go only when nothing is left in it. Creation in such a namespace is refused by the API, so what
 * was emptied stays empty.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Namespace } from "@kubus/shared/api/core.ts";
import { namespaceKind } from "../../kinds/index.ts";
import type { Kind } from "../../kinds/kind.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";
import { conditionsOf } from "./conditions.ts";

/** The finalizer in the spec that holds a namespace until it is empty. */
const finalizer = "kubernetes";

export interface NamespaceView {
  readonly namespace: Namespace | undefined;
  /** What is in it, by kind; empty kinds may be left out. */
  readonly contents: readonly { readonly kind: Kind; readonly objects: readonly KubeObject[] }[];
  readonly now: number;
}

export function reconcile(view: NamespaceView): Plan {
  const { namespace } = view;
  if (namespace === undefined || !isBeingEmptied(namespace)) return nothing;
  const remaining = remainingIn(view);
  if (remaining.length === 0) return { effects: [letGo(namespace)] };
  const pods = remaining.filter(({ kind }) => isPods(kind));
  const now = pods.length > 0 ? pods : remaining;
  const deletions = now.flatMap(({ kind, objects }) => deleteAll(kind, objects));
  return { effects: [...deletions, report(view, namespace)] };
}

/** It is being deleted, and this controller has not let it go yet. */
export const isBeingEmptied = ({ metadata, spec }: Namespace): boolean =>
  metadata.deletionTimestamp !== undefined && (spec?.finalizers ?? []).includes(finalizer);

/** What is left, by kind. */
export const remainingIn = ({ contents }: Pick<NamespaceView, "contents">): NamespaceView["contents"] =>
  contents.filter(({ objects }) => objects.length > 0);

const isPods = ({ group, plural }: Kind): boolean => group === "" && plural === "pods";

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
const report = (view: NamespaceView, namespace: Namespace): Effect => ({
  type: "reportStatus",
  kind: namespaceKind,
  target: { name: namespace.metadata.name },
  statusAfter: (failure) => {
    const conditions = conditionsOf({ ...view, contents: remainingIn(view) }, namespace, failure);
    return conditions === undefined ? undefined : { phase: "Terminating", conditions };
  },
});
