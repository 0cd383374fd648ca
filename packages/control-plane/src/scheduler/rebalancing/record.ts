/**
 * The last move, as a ConfigMap tells it: what a server that takes over reads, and people too
 * (`kubectl get configmap kubus-rebalancing -n kube-system -o yaml`). Pure.
 *
 * It is written before the pod is asked to leave: a move that nobody remembers can only be one that never began.
 */
import type { ConfigMap } from "@kubus/shared/api/core.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import type { Effect } from "../../controllers/engine/plan.ts";
import { configMapKind } from "../../kinds/index.ts";

export const recordPlace = { namespace: "kube-system", name: "kubus-rebalancing" } as const;

export interface MoveRecord {
  /** `namespace/name` of the pod that was asked to leave, and its uid. */
  readonly pod: string;
  readonly uid: string;
  /** Uid of its controller. */
  readonly owner: string;
  readonly from: string;
  readonly to: string;
  /** Wall-clock milliseconds. */
  readonly at: number;
}

/** Undefined: nothing was ever moved, or somebody wrote something else there. */
export function recordIn(object: ConfigMap | undefined): MoveRecord | undefined {
  const { pod, uid, owner, from, to, at = "" } = object?.data ?? {};
  const time = Date.parse(at);
  if (pod === undefined || uid === undefined || owner === undefined || Number.isNaN(time)) return undefined;
  return { pod, uid, owner, from: from ?? "", to: to ?? "", at: time };
}

export function writeRecord(record: MoveRecord, standing: ConfigMap | undefined): Effect {
  const data = { ...record, at: timestamp(record.at) };
  return standing === undefined
    ? { type: "create", kind: configMapKind, object: { metadata: recordPlace, data } as never }
    : { type: "patch", kind: configMapKind, target: recordPlace, patch: { data } };
}
