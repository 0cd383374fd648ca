/** What a namespace that is being deleted says of itself: Kubernetes' conditions and their words. Pure. */
import type { Namespace } from "@kubus/shared/api/core.ts";
import type { Condition, KubeObject } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { isSame } from "../../api/same.ts";
import { withCondition } from "../../api/verbs/disruption-budget.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { Failure } from "../engine/plan.ts";

/** By kind, and only kinds of which something is left. */
export type Contents = readonly { readonly kind: Kind; readonly objects: readonly KubeObject[] }[];

interface View {
  readonly contents: Contents;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** Undefined: they say all of it already. */
export function conditionsOf(
  { contents, now }: View,
  { status }: Namespace,
  failure: Failure | undefined,
): readonly Condition[] | undefined {
  const former = status?.conditions ?? [];
  const at = timestamp(now);
  const next = [
    ...always,
    contentFailure(failure),
    remainingContent(contents),
    remainingFinalizers(contents),
  ].reduce<readonly Condition[]>(
    (all, condition) => withCondition(all, { ...condition, lastTransitionTime: at }),
    former,
  );
  return isSame(next, former) ? undefined : next;
}

const condition = (
  type: string,
  isTrue: boolean,
  [reason, message]: readonly [string, string],
): Condition => ({
  type,
  status: isTrue ? "True" : "False",
  reason,
  message,
});

/** Every kind that is stored is known here: there is nobody to ask, and nothing to misread. */
const always = [
  condition("NamespaceDeletionDiscoveryFailure", false, [
    "ResourcesDiscovered",
    "All resources successfully discovered",
  ]),
  condition("NamespaceDeletionGroupVersionParsingFailure", false, [
    "ParsedGroupVersions",
    "All legacy kube types successfully parsed",
  ]),
];

const contentFailure = (failure: Failure | undefined): Condition =>
  condition(
    "NamespaceDeletionContentFailure",
    failure !== undefined,
    failure === undefined
      ? ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"]
      : ["ContentDeletionFailed", `Failed to delete all resource types, 1 remaining: ${failure.message}`],
  );

const remainingContent = (contents: Contents): Condition =>
  condition("NamespaceContentRemaining", true, [
    "SomeResourcesRemain",
    `Some resources are remaining: ${contentText(contents)}`,
  ]);

/** `pods. has 1 resource instances, secrets. has 2 resource instances` */
export const contentText = (contents: Contents): string =>
  contents
    .map(
      ({ kind: { plural, group }, objects }) => `${plural}.${group} has ${objects.length} resource instances`,
    )
    .sort()
    .join(", ");

function remainingFinalizers(contents: Contents): Condition {
  const text = finalizerText(contents);
  return condition(
    "NamespaceFinalizersRemaining",
    text !== "",
    text === ""
      ? ["ContentHasNoFinalizers", "All content-preserving finalizers finished"]
      : ["SomeFinalizersRemain", `Some content in the namespace has finalizers remaining: ${text}`],
  );
}

/** `example.com/held in 2 resource instances` */
export function finalizerText(contents: Contents): string {
  const counts = new Map<string, number>();
  const all = contents.flatMap(({ objects }) => objects.flatMap(({ metadata }) => metadata.finalizers ?? []));
  for (const name of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => `${name} in ${count} resource instances`)
    .sort()
    .join(", ");
}
