/**
 * Charges of other servers: how much the used amounts of a quota rose lately that this server did not charge itself.
 *
 * What it charges itself it knows to be over or not. Of a stranger's charge it only knows that its object is stored
 * within the deadline of a write, or never.
 */
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import { add, amountsOf, larger, subtract, type Amounts } from "../../api/admission/amounts.ts";
import { storeLimits } from "../../store/store.ts";

export interface Strangers {
  /** To be asked in each pass: what may be under way elsewhere. `charged`: all that this server ever charged. */
  readonly underWay: (quota: ResourceQuota, charged: Amounts, now: number) => Amounts;
  /** What this pass is about to write over `quota`; it is no stranger's. */
  readonly writes: (quota: ResourceQuota, used: Amounts) => void;
  readonly forget: (key: string) => void;
}

/** A write is stored or refused within the store's deadline; a little more for clocks and for the way. */
const settledAfterMs = storeLimits.deadlineMs + 1_000;

interface Sight {
  readonly resourceVersion: string;
  readonly used: Amounts;
  readonly charged: Amounts;
  readonly writing?: Amounts;
  readonly rises: readonly { readonly at: number; readonly amounts: Amounts }[];
}

const none = (amounts: Amounts): Amounts => subtract(amounts, amounts);
const positive = (amounts: Amounts): Amounts => larger(amounts, none(amounts));

export function makeStrangers(): Strangers {
  const sights = new Map<string, Sight>();
  return {
    underWay: (quota, charged, now) => {
      const key = keyOf(quota);
      const used = amountsOf(quota.status?.used);
      const { resourceVersion } = quota.metadata;
      const before = sights.get(key);
      const isChanged = before?.resourceVersion !== resourceVersion;
      const base = (isChanged ? before?.writing : undefined) ?? before?.used ?? {};
      const own = subtract(charged, before?.charged ?? {});
      const rise = positive(subtract(positive(subtract(used, base)), own));
      const rises = [...(before?.rises ?? []), { at: now, amounts: rise }].filter(
        ({ at, amounts }) => now - at < settledAfterMs && isSome(amounts),
      );
      sights.set(key, { resourceVersion, used, charged, rises });
      return rises.map(({ amounts }) => amounts).reduce(add, {});
    },
    writes: (quota, used) => {
      const sight = sights.get(keyOf(quota));
      if (sight !== undefined) sights.set(keyOf(quota), { ...sight, writing: used });
    },
    forget: (key) => void sights.delete(key),
  };
}

const isSome = (amounts: Amounts): boolean =>
  Object.values(amounts).some(({ billionths }) => billionths > 0n);
