/** Writes the binding, and tells where the pod went. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { referenceTo, targetOf } from "../../controllers/workload/ownership.ts";
import type { Decision } from "../decide.ts";
import type { Desk } from "./desk.ts";

export const bind = ({ objects, ledger, tell, workers, log }: Desk) =>
  fill<unknown, Decision>(async (decision, signal) => {
    if (decision.type !== "bind") return;
    const { want, node } = decision;
    const { pod } = want;
    const { uid } = pod.metadata;
    try {
      await workers.run(() => objects.bind({ ...targetOf(pod), uid }, node), signal);
    } catch (error) {
      ledger.forget(uid);
      if (!signal.aborted) log.warn("bind.failed", { pod: keyOf(pod), node, why: String(error) });
      throw error;
    }
    const message = `Successfully assigned ${keyOf(pod)} to ${node}`;
    tell(pod, { about: referenceTo(pod), eventType: "Normal", reason: "Scheduled", message });
  });
