/**
 * A CustomResourceDefinition says whether its kind is served; one that is being deleted takes its objects along. Pure.
 *
 * INVARIANT: a definition goes only when no object of its kind is left.
 */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { NamesVerdict } from "../../apiextensions/names.ts";
import { customResourceDefinitionKind } from "../../kinds/apiextensions/index.ts";
import { cleanupFinalizer } from "../../kinds/apiextensions/customresourcedefinition/prepare.ts";
import type { Kind } from "../../kinds/kind.ts";
import { nothing, type Effect, type Plan } from "../engine/plan.ts";
import { targetOf } from "../workload/ownership.ts";
import { endingStatus, statusFor } from "./status.ts";

export interface DefinitionView {
  readonly crd: CustomResourceDefinition | undefined;
  readonly verdict: NamesVerdict | undefined;
  /** What objects of its kind are stored as; undefined when it is not served. */
  readonly kind: Kind | undefined;
  readonly objects: readonly KubeObject[];
  readonly now: number;
}

export function reconcile(view: DefinitionView): Plan {
  const { crd, verdict, now } = view;
  if (crd === undefined) return nothing;
  if (crd.metadata.deletionTimestamp !== undefined) return end(crd, view);
  const status = verdict === undefined ? undefined : statusFor(crd, verdict, now);
  return status === undefined ? nothing : { effects: [writeStatus(crd, status)] };
}

const writeStatus = ({ metadata }: CustomResourceDefinition, status: object): Effect => ({
  type: "writeStatus",
  kind: customResourceDefinitionKind,
  target: { name: metadata.name, resourceVersion: metadata.resourceVersion },
  status,
});

function end(crd: CustomResourceDefinition, { kind, objects, now }: DefinitionView): Plan {
  const { name, finalizers = [] } = crd.metadata;
  if (!finalizers.includes(cleanupFinalizer)) return nothing;
  const status = endingStatus(crd, objects.length, now);
  const told = status === undefined ? [] : [writeStatus(crd, status)];
  if (objects.length > 0 && kind !== undefined) return { effects: [...told, ...deletions(kind, objects)] };
  // The status is written first: this pass is overtaken by it, and the next one lets go.
  if (told.length > 0) return { effects: told };
  const kept = finalizers.filter((finalizer) => finalizer !== cleanupFinalizer);
  const target = { name, resourceVersion: crd.metadata.resourceVersion };
  return {
    effects: [{ type: "setFinalizers", kind: customResourceDefinitionKind, target, finalizers: kept }],
  };
}

const deletions = (kind: Kind, objects: readonly KubeObject[]): readonly Effect[] =>
  objects
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((object) => ({
      type: "delete",
      kind,
      target: targetOf(object),
      options: { propagationPolicy: "Background", preconditions: { uid: object.metadata.uid } },
    }));
