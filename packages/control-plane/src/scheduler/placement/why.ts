/** What a pod waits for, in words for people: shown on its chart. Pure. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Decision } from "../decide.ts";

export function whyOf(decision: Decision): string {
  switch (decision.type) {
    case "bind":
      return decision.claims.length === 0
        ? `goes to ${decision.node}`
        : `goes to ${decision.node} when its claims are bound: ${decision.claims.join(", ")}`;
    case "preempt":
      return `${decision.message} Makes room on ${decision.node}: ${decision.victims.map(({ pod }) => keyOf(pod)).join(", ")}`;
    case "awaitVictims":
      return `waits for others to leave ${decision.node}`;
    case "unschedulable":
      return decision.message;
    case "gated":
      return `held back by ${decision.gates.join(", ")}`;
    case "none":
      return "";
  }
}
