/**
 * Drives pods away so that a more important one finds room: promises it the board first, then tells each victim why it
 * goes, and deletes it with its own grace. Begun again, it does what is left to do.
 */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { referenceTo, targetOf } from "../../controllers/workload/ownership.ts";
import { podKind } from "../../kinds/index.ts";
import type { Decision } from "../decide.ts";
import { defaultProfile, profileOf } from "../profiles.ts";
import { unscheduled, withSaid } from "./conditions.ts";
import { podOf, type Desk } from "./desk.ts";
import { say } from "./explain.ts";

export const preemptionLimits = {
  /** How often the word about why a victim goes is written again when somebody else wrote to it meanwhile. */
  markTriesMax: 3,
} as const;

type Preempt = Extract<Decision, { type: "preempt" }>;

export const preempt = (desk: Desk) =>
  fill<unknown, Decision>(async (decision, signal) => {
    if (decision.type !== "preempt") return;
    const { want, node, message } = decision;
    const { pod } = want;
    try {
      const isPromised = await say(desk, pod, {
        said: unscheduled("Unschedulable", message),
        status: { nominatedNodeName: node },
      });
      // Nobody goes for a pod that would not be known to wait for the room.
      if (!isPromised) throw new Error(`the promise of ${node} could not be written`);
      await displace(desk, decision);
      for (const victim of decision.victims) {
        signal.throwIfAborted();
        await driveAway(desk, decision, keyOf(victim.pod));
      }
    } catch (error) {
      desk.ledger.nominate(want, undefined);
      throw error;
    }
  });

/** Others of less importance that were promised the same board must look elsewhere. */
async function displace({ ledger, objects }: Desk, { want, node }: Preempt): Promise<void> {
  const lesser = ledger.around.nominated(node).filter(({ priority }) => priority < want.priority);
  for (const { pod } of lesser) {
    const patch = { status: { nominatedNodeName: null } };
    await unlessGone(() => objects.patch(podKind, targetOf(pod), patch, "status"));
  }
}

async function driveAway(desk: Desk, { want, node }: Preempt, key: string): Promise<void> {
  const victim = podOf(desk, key);
  if (victim === undefined || victim.metadata.deletionTimestamp !== undefined) return;
  const { uid } = victim.metadata;
  await mark(desk, key, (profileOf(want.pod) ?? defaultProfile).name);
  await unlessGone(() => desk.objects.delete(podKind, targetOf(victim), { preconditions: { uid } }));
  desk.tell(want.pod, {
    about: referenceTo(victim),
    eventType: "Normal",
    reason: "Preempted",
    message: `Preempted by pod ${want.pod.metadata.uid} on node ${node}`,
  });
}

/** Says on the pod why it goes, so that its controller can tell a preemption from a failure. */
async function mark(desk: Desk, key: string, scheduler: string): Promise<void> {
  for (let attempt = 1; attempt <= preemptionLimits.markTriesMax; attempt += 1) {
    const victim = podOf(desk, key);
    const conditions =
      victim === undefined ? undefined : doomed(victim, scheduler, timestamp(desk.clock.now()));
    if (victim === undefined || conditions === undefined) return;
    const patch = { metadata: { resourceVersion: victim.metadata.resourceVersion }, status: { conditions } };
    try {
      await desk.objects.patch(podKind, targetOf(victim), patch, "status");
      return;
    } catch (error) {
      // Its agent reports all the time: with the newer object the same is tried again.
      if (!isRefusal(error, "conflict", "notFound")) throw error;
    }
  }
}

const doomed = (victim: Pod, scheduler: string, at: string) =>
  withSaid(
    victim,
    {
      type: "DisruptionTarget",
      status: "True",
      reason: "PreemptionByScheduler",
      message: `${scheduler}: preempting to accommodate a higher priority pod`,
    },
    at,
  );

/** Who is gone needs no more telling. */
async function unlessGone(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isRefusal(error, "notFound", "conflict")) throw error;
  }
}
