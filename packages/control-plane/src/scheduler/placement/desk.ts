/** What the work for one pod needs: the same for all pods. */
import type { Event } from "@kubus/shared/api/core.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import type { Objects } from "../../api/objects.ts";
import type { Cache } from "../../cache/cache.ts";
import { makeRecorder, type RecordEvent } from "../../controllers/engine/events.ts";
import type { Workers } from "../../controllers/engine/workers.ts";
import { splitKey } from "../../controllers/workload/wake.ts";
import { podKind } from "../../kinds/index.ts";
import type { Kind } from "../../kinds/kind.ts";
import type { Ledger } from "../ledger.ts";
import { defaultProfile, profileOf, profiles } from "../profiles.ts";
import type { Weights } from "../../switches/score-weights.ts";
import type { WaitingRoom } from "../queue/waiting-room.ts";

export interface Desk {
  readonly cache: Cache;
  readonly clock: Clock;
  readonly log: Log;
  readonly objects: Objects;
  readonly ledger: Ledger;
  readonly room: WaitingRoom;
  readonly workers: Workers;
  /** What scores weigh on this server. */
  readonly weights: Weights;
  /** In the name of the pod's profile. */
  readonly tell: (pod: Pod, ...happening: Parameters<RecordEvent>) => void;
}

export const podOf = ({ cache }: Pick<Desk, "cache">, key: string): Pod | undefined => {
  const { namespace, name } = splitKey(key);
  return cache.get(podKind, namespace, name);
};

/** Each profile tells in its own name. */
export function makeTell(options: {
  readonly objects: Objects;
  readonly eventKind: Kind<Event>;
  readonly clock: Clock;
  readonly log: Log;
}): Desk["tell"] {
  const recorders = new Map(
    profiles.map(({ name }) => [name, makeRecorder({ ...options, component: name })] as const),
  );
  return (pod, happening) => recorders.get((profileOf(pod) ?? defaultProfile).name)?.(happening);
}
