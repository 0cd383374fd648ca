/** What the plug-ins of one server remember between requests. Nothing of it outlives the process. */
import { makeAccounts, type Accounts } from "./quota/accounts.ts";
import { makeSlots, type Slots } from "./webhooks/slots.ts";
import { makeReservations, type Reservations } from "./reservations.ts";

export interface AdmissionMemory {
  /** Addresses and ports that writes under way have chosen and nobody sees yet. */
  readonly reservations: Reservations;
  /** What is being charged to quotas. */
  readonly accounts: Accounts;
  /** How many webhooks may be asked at once. */
  readonly webhookSlots: Slots;
}

/** Calls of webhooks under way at once, of one server. */
const webhookCallsMax = 64;

export const makeAdmissionMemory = (): AdmissionMemory => ({
  reservations: makeReservations(),
  accounts: makeAccounts(),
  webhookSlots: makeSlots(webhookCallsMax),
});
