/**
 * The life of an object as a statechart: what its controller's last look came to, how long that may last, and why.
 *
 * One brain, not two: the controller's view says what is true (`classify`), the plan is made from the same view, and
 * the machine follows. What the machine adds is time: a state holds its own deadline, and when that passes the machine
 * moves on by itself and the controller looks again. A life is never saved: a control plane that starts looks, and is
 * told the same.
 */
import type { AnyStateMachine } from "xstate";

/** What a look came to. Named for what is true: `rollout.progressed`, `job.suspended`. */
export interface Look {
  readonly type: string;
  /** For people: what it waits for, or what is in the way. */
  readonly why?: string;
  /** Milliseconds until the deadline of the state that this leads to; without it the state has none. */
  readonly dueInMs?: number;
}

export interface Life<View> {
  /** Begins the actors' names: `rollout default/web`. */
  readonly name: string;
  /** Follows looks. Its context remembers the last one (`rememberLook`). */
  readonly machine: AnyStateMachine;
  /** Pure. Undefined: nothing is known yet, the life stays as it is. */
  readonly classify: (view: View) => Look | undefined;
}

/** What a life's machine remembers of the last look. */
export interface LifeContext {
  readonly why: string;
  readonly dueInMs: number;
}

export const lifeLimits = {
  /** The longest wait that timers can hold, 24.8 days; after it the controller simply looks again. */
  waitMaxMs: 2 ** 31 - 1,
} as const;

export const newLife: LifeContext = { why: "", dueInMs: lifeLimits.waitMaxMs };

export const rememberLook = ({ why = "", dueInMs = lifeLimits.waitMaxMs }: Look): LifeContext => ({
  why,
  dueInMs: Math.min(Math.max(0, dueInMs), lifeLimits.waitMaxMs),
});
