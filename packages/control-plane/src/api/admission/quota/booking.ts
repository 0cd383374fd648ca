/** Writes what waits for one quota into its status, together, and tells each how it went. */
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { add, amountsOf, picked, shownList, subtract, type Amounts } from "../amounts.ts";

/** What booking needs of the API. */
export interface Ledger {
  /** The newest that is known, or undefined when it is gone. */
  readonly read: (quota: ResourceQuota) => ResourceQuota | undefined;
  /** Writes the status, on condition of the revision. Rejects with a conflict when somebody else was faster. */
  readonly write: (quota: ResourceQuota) => Promise<unknown>;
}

export interface Charge {
  readonly quota: ResourceQuota;
  readonly amounts: Amounts;
  /** Throws a refusal when it is too much. */
  readonly check: (used: Amounts, hard: Amounts) => void;
}

export interface Waiting {
  readonly charge: Charge;
  readonly settle: (refusal?: unknown) => void;
}

/** A status on its way to the store. */
export interface Entry {
  readonly next: ResourceQuota;
  readonly total: Amounts;
}

/** Whoever loses so many races has a neighbour that does nothing else. */
const attemptsMax = 32;

/**
 * Books what fits, in order of arrival. Resolves to what was booked; never rejects.
 * `announce` hears of each status before it is written.
 */
export async function book(
  batch: readonly Waiting[],
  ledger: Ledger,
  announce: (entry: Entry) => void,
): Promise<Amounts> {
  let waiting = batch;
  for (let attempt = 1; ; attempt += 1) {
    const { accepted, entry } = fitted(waiting, ledger);
    waiting = accepted;
    try {
      if (entry !== undefined) {
        announce(entry);
        await ledger.write(entry.next);
      }
      for (const { settle } of accepted) settle();
      return entry?.total ?? {};
    } catch (error) {
      if (isRefusal(error, "conflict") && attempt < attemptsMax) continue;
      // A quota that was deleted meanwhile limits nothing.
      const why = isRefusal(error, "notFound") ? undefined : error;
      for (const { settle } of accepted) settle(why);
      return {};
    }
  }
}

/** Who is refused is told at once, on the newest state that is known. */
function fitted(
  batch: readonly Waiting[],
  ledger: Ledger,
): { readonly accepted: readonly Waiting[]; readonly entry?: Entry } {
  const [first] = batch;
  const quota = first === undefined ? undefined : ledger.read(first.charge.quota);
  if (quota === undefined) return { accepted: batch };
  const hard = amountsOf(quota.status?.hard);
  const before = amountsOf(quota.status?.used);
  let used = before;
  const accepted = batch.filter(({ charge, settle }) => {
    try {
      charge.check(used, hard);
      used = add(used, picked(charge.amounts, Object.keys(hard)));
      return true;
    } catch (refusal) {
      settle(refusal);
      return false;
    }
  });
  if (accepted.length === 0) return { accepted };
  const next = { ...quota, status: { ...quota.status, used: shownList(used) } };
  return { accepted, entry: { next, total: subtract(used, before) } };
}
