/**
 * What the autoscaler did to the size of late, kept in an annotation of its object. Pure.
 *
 * A policy such as "4 pods a minute" must hold across a change of the leading server, so what it counts is in the
 * store: it is written only when the size changes, and only where a behaviour asks for it. Unlike recommendations
 * (see memory.ts), to forget it would allow more than was asked for.
 */
import type { HorizontalPodAutoscaler } from "@kubus/shared/api/autoscaling.ts";
import { autoscalerLimits as limits } from "./limits.ts";
import type { ScaleEvent } from "./view.ts";

/** JSON: pairs of wall-clock milliseconds and the change in pods, oldest first. */
export const scaleEventsAnnotation = "kubus.io/scale-events";

/** What nobody can read counts as nothing. */
export function scaleEventsOf({ metadata }: HorizontalPodAutoscaler): readonly ScaleEvent[] {
  const pairs = parsed(metadata.annotations?.[scaleEventsAnnotation] ?? "[]");
  return pairs.flatMap((pair) => {
    const [at, change] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return typeof at === "number" && typeof change === "number" ? [{ at, change }] : [];
  });
}

function parsed(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // Somebody wrote something else there: there is nothing to count.
  }
}

/** The annotation's text after one more change, without what no policy can ask about any more. */
export function withScaleEvent(hpa: HorizontalPodAutoscaler, event: ScaleEvent): string {
  const recent = scaleEventsOf(hpa).filter(({ at }) => at > event.at - limits.periodMaxMs);
  return JSON.stringify([...recent, event].map(({ at, change }) => [at, change]));
}
