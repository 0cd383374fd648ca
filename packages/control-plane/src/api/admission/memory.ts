/** What the plug-ins of one server remember between requests. Nothing of it outlives the process. */
import { makeAccounts, type Accounts } from "./quota/accounts.ts";
import { makeReservations, type Reservations } from "./reservations.ts";

export interface AdmissionMemory {
  /** Addresses and ports that writes under way have chosen and nobody sees yet. */
  readonly reservations: Reservations;
  /** What is being charged to quotas. */
  readonly accounts: Accounts;
}

export const makeAdmissionMemory = (): AdmissionMemory => ({
  reservations: makeReservations(),
  accounts: makeAccounts(),
});
