/** Tells the pod's owner why it waits: in an event, and in the condition that `kubectl describe` shows. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { referenceTo, targetOf } from "../../controllers/workload/ownership.ts";
import { podKind } from "../../kinds/index.ts";
import { isPending, type Decision } from "../decide.ts";
import type { Setback } from "../placement.machine.ts";
import { unscheduled, withSaid, type Said } from "./conditions.ts";
import { podOf, type Desk } from "./desk.ts";

export const explain = (desk: Desk) =>
  fill<unknown, Decision>(async (decision) => {
    if (decision.type !== "unschedulable" && decision.type !== "awaitVictims") return;
    const { want, message } = decision;
    const { nominatedNodeName = "" } = want.pod.status ?? {};
    // Nothing is to be gained on the board that was promised: others may have it.
    const status =
      decision.type === "unschedulable" && nominatedNodeName !== "" ? { nominatedNodeName: null } : {};
    await say(desk, want.pod, { said: unscheduled("Unschedulable", message), status });
  });

/** The board that was chosen is free for others again, and the pod's owner is told what went wrong. */
export const stepBack = (desk: Desk) =>
  fill<unknown, Setback>(async ({ key, why }) => {
    const pod = podOf(desk, key);
    if (pod === undefined) return;
    desk.ledger.forget(pod.metadata.uid);
    if (isPending(pod)) await say(desk, pod, { said: unscheduled("SchedulerError", why), status: {} });
  });

/** False: it is only in the event, since the pod has changed meanwhile. */
export async function say(
  { objects, clock, tell, log }: Desk,
  pod: Pod,
  { said, status }: { readonly said: Said; readonly status: object },
): Promise<boolean> {
  const { message } = said;
  tell(pod, { about: referenceTo(pod), eventType: "Warning", reason: "FailedScheduling", message });
  const conditions = withSaid(pod, said, timestamp(clock.now()));
  if (conditions === undefined && Object.keys(status).length === 0) return true;
  const { resourceVersion } = pod.metadata;
  const patch = {
    metadata: { resourceVersion },
    status: conditions === undefined ? status : { ...status, conditions },
  };
  try {
    await objects.patch(podKind, targetOf(pod), patch, "status");
    return true;
  } catch (error) {
    // Only words are missing; the next attempt says them again.
    log.debug("explain.failed", { pod: keyOf(pod), why: String(error) });
    return false;
  }
}
