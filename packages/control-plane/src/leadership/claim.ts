/**
 * Who may lead: what a server concludes from the lease and from how long it has watched it. Pure.
 *
 * Clocks of different machines are never compared (boards have no RTC): a lease counts as abandoned when it did not
 * change for its whole duration by the watcher's own clock.
 */
import type { Lease } from "@kubus/shared/api/core.ts";

/** What servers compete for. */
export const leaseTarget = { namespace: "kube-system", name: "kubus-controllers" } as const;

export const leadershipLimits = {
  /** Others wait so long before they take over. */
  leaseDurationSeconds: 4,
  renewEveryMs: 1_000,
  /** A renewal that took longer counts as none: nobody knows when it was written. */
  renewalMaxMs: 1_000,
  /** Stops leading so long after the last renewal that came through; with `renewalMaxMs` less than the duration. */
  tenureMs: 2_500,
  retryEveryMs: 250,
} as const;

export type Claim =
  /** Nobody holds it, or its holder let go or vanished. */
  | { readonly type: "take"; readonly transitions: number }
  | { readonly type: "renew" }
  | { readonly type: "wait"; readonly holder: string; readonly waitMs: number };

export interface ClaimView {
  readonly lease: Lease | undefined;
  readonly me: string;
  /** Milliseconds for which the lease has been as it is, by our own clock. */
  readonly unchangedForMs: number;
}

export function claimOf({ lease, me, unchangedForMs }: ClaimView): Claim {
  const { holderIdentity = "", leaseDurationSeconds, leaseTransitions = 0 } = lease?.spec ?? {};
  // Our own name also stands there after a restart of this server, and there is only one of each name.
  if (holderIdentity === me) return { type: "renew" };
  const transitions = lease === undefined ? 0 : leaseTransitions + 1;
  if (holderIdentity === "") return { type: "take", transitions };
  const durationMs = (leaseDurationSeconds ?? leadershipLimits.leaseDurationSeconds) * 1_000;
  const waitMs = durationMs - unchangedForMs;
  return waitMs <= 0 ? { type: "take", transitions } : { type: "wait", holder: holderIdentity, waitMs };
}
