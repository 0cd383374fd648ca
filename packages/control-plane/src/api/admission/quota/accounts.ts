/**
 * The accounts of quotas: what a write takes is written into the quota's status before the object is stored, by the
 * revision that it was read with. So the sum is exact, however many servers write at once.
 *
 * Charges that wait for the same quota are written together. A charge whose object was not stored after all is given
 * back by the quota controller, which asks here what is still under way.
 */
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import { isSame } from "../../same.ts";
import { add, type Amounts } from "../amounts.ts";
import { book, type Charge, type Entry, type Ledger, type Waiting } from "./booking.ts";

/** What the quota controller asks. */
export interface QuotaCharges {
  /** Charged, or about to be, for writes that are not over. */
  readonly underWay: (quota: ResourceQuota) => Amounts;
  /** All that this server ever charged to a quota, of what can be seen in it. */
  readonly charged: (quota: ResourceQuota) => Amounts;
}

export interface Accounts extends QuotaCharges {
  /** Resolves when the charge is durable, to what must be called when its write is over. */
  readonly charge: (charge: Charge, ledger: Ledger) => Promise<() => void>;
}

interface Account {
  readonly waiting: Waiting[];
  readonly underWay: Set<Amounts>;
  charged: Amounts;
  writing: Entry | undefined;
  isOpen: boolean;
}

export function makeAccounts(): Accounts {
  const accounts = new Map<string, Account>();
  const accountOf = (quota: ResourceQuota): Account => {
    const key = `${keyOf(quota)}/${quota.metadata.uid}`;
    const known = accounts.get(key);
    if (known !== undefined) return known;
    const opened = {
      waiting: [],
      underWay: new Set<Amounts>(),
      charged: {},
      writing: undefined,
      isOpen: false,
    };
    accounts.set(key, opened);
    return opened;
  };
  return {
    underWay: (quota) => [...accountOf(quota).underWay].reduce(add, {}),
    charged: (quota) => {
      const { charged, writing } = accountOf(quota);
      return writing !== undefined && isVisible(writing, quota) ? add(charged, writing.total) : charged;
    },
    charge: async (charge, ledger) => {
      const account = accountOf(charge.quota);
      const own = { ...charge.amounts };
      const over = () => void account.underWay.delete(own);
      account.underWay.add(own);
      try {
        await booked(account, charge, ledger);
      } catch (error) {
        over();
        throw error;
      }
      return over;
    },
  };
}

/** Whether the quota shows already what is being written, although the writer was not told yet. */
const isVisible = ({ next }: Entry, quota: ResourceQuota): boolean =>
  next.metadata.resourceVersion !== quota.metadata.resourceVersion &&
  isSame(next.status?.used, quota.status?.used);

function booked(account: Account, charge: Charge, ledger: Ledger): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (refusal?: unknown) => {
      if (refusal === undefined) resolve();
      else reject(refusal instanceof Error ? refusal : new Error("the charge failed", { cause: refusal }));
    };
    account.waiting.push({ charge, settle });
    if (!account.isOpen) void work(account, ledger);
  });
}

async function work(account: Account, ledger: Ledger): Promise<void> {
  account.isOpen = true;
  // A moment's pause: whoever comes at the same moment is charged in the same write.
  await Promise.resolve();
  while (account.waiting.length > 0) {
    const total = await book(account.waiting.splice(0), ledger, (entry) => (account.writing = entry));
    account.charged = add(account.charged, total);
    account.writing = undefined;
  }
  account.isOpen = false;
}
