/**
 * What the agent remembers over its own restarts: its pods as last told, and the board's pod addresses.
 *
 * INVARIANT: no secret is written. Records are replaced whole or not at all.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";

export interface Records {
  /** All pods; records that cannot be read are left out and told of. */
  pods(): Promise<readonly Pod[]>;
  savePod(pod: Pod): Promise<void>;
  removePod(uid: string): Promise<void>;
  podCidr(): Promise<string | undefined>;
  savePodCidr(cidr: string): Promise<void>;
}
