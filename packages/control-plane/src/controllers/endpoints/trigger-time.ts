/**
 * Since when endpoints should be as they are written now: what tools measure the delay of programming by. Pure.
 *
 * The earliest change that the written object does not tell of yet.
 */
import type { ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";

export const triggerTimeAnnotation = "endpoints.kubernetes.io/last-change-trigger-time";

export interface TriggerTimes {
  readonly service: { readonly metadata: Pick<ObjectMeta, "creationTimestamp"> };
  readonly pods: readonly Pod[];
  /** The annotations as they are; undefined when nothing was written yet. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly isNew: boolean;
}

/** Undefined: nothing changed that has a time. */
export function triggerTime({ service, pods, annotations, isNew }: TriggerTimes): string | undefined {
  const known = annotations?.[triggerTimeAnnotation] ?? "";
  const changes = [
    ...(isNew ? [service.metadata.creationTimestamp] : []),
    ...(isNew ? [] : pods.flatMap(readyChangeOf).filter((time) => time > known)),
  ];
  return changes.sort()[0];
}

function readyChangeOf({ status }: Pod): readonly string[] {
  const time = status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
  return time === undefined ? [] : [time];
}
