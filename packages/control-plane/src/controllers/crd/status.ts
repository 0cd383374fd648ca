/** What a CustomResourceDefinition's status says of its names and of its end. Pure. */
import type { CustomResourceDefinition } from "@kubus/shared/api/apiextensions.ts";
import type { Condition } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { isSame } from "../../api/same.ts";
import { conditionOf } from "../../apiextensions/conditions.ts";
import type { NamesVerdict } from "../../apiextensions/names.ts";

type Said = Pick<Condition, "type" | "status" | "reason" | "message">;

/** The status as it should be, or undefined when it is so. */
export function statusFor(
  crd: CustomResourceDefinition,
  { accepted, conflict }: NamesVerdict,
  now: number,
): object | undefined {
  const wasEstablished = conditionOf(crd, "Established")?.status === "True";
  const said: readonly Said[] = [
    conflict === undefined
      ? {
          type: "NamesAccepted",
          status: "True",
          reason: "NoConflicts",
          message: "no conflicts found",
        }
      : { type: "NamesAccepted", status: "False", ...conflict },
    // Whoever was established stays it, also when it asks for a name that somebody else has.
    conflict === undefined || wasEstablished
      ? {
          type: "Established",
          status: "True",
          reason: "InitialNamesAccepted",
          message: "the initial names have been accepted",
        }
      : {
          type: "Established",
          status: "False",
          reason: "NotAccepted",
          message: "not all names are accepted",
        },
  ];
  const conditions = withConditions(crd, said, now);
  const isRight =
    isSame(conditions, crd.status?.conditions ?? []) && isSame(accepted, crd.status?.acceptedNames);
  return isRight ? undefined : { acceptedNames: accepted, conditions };
}

/** While its objects are deleted, and when they are. */
export function endingStatus(
  crd: CustomResourceDefinition,
  remaining: number,
  now: number,
): object | undefined {
  const said: Said =
    remaining > 0
      ? {
          type: "Terminating",
          status: "True",
          reason: "InstanceDeletionInProgress",
          message: "CustomResource deletion is in progress",
        }
      : {
          type: "Terminating",
          status: "False",
          reason: "InstanceDeletionCompleted",
          message: "removed all instances",
        };
  const conditions = withConditions(crd, [said], now);
  return isSame(conditions, crd.status?.conditions ?? []) ? undefined : { conditions };
}

/** Conditions keep the time of their last change of mind, and their places. */
function withConditions(
  { status }: CustomResourceDefinition,
  said: readonly Said[],
  now: number,
): readonly Condition[] {
  const former = status?.conditions ?? [];
  const next = said.map((condition): Condition => {
    const known = former.find(({ type }) => type === condition.type);
    const isOld = known?.status === condition.status && known.lastTransitionTime !== undefined;
    return { ...condition, lastTransitionTime: isOld ? (known.lastTransitionTime ?? "") : timestamp(now) };
  });
  const kept = former.map((known) => next.find(({ type }) => type === known.type) ?? known);
  return [...kept, ...next.filter(({ type }) => former.every((known) => known.type !== type))];
}
