/** How long a pod may take to end. Pure. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isFinished } from "@kubus/shared/api/pod.ts";

/** Seconds. What was never started or has ended needs no grace; what the client asks for is at least one. */
export function gracePeriodSeconds(pod: Pod, asked: number | undefined): number {
  const wanted = asked ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  if (!pod.spec.nodeName || isFinished(pod)) return 0;
  return wanted < 0 ? 1 : wanted;
}
