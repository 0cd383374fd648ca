/** What the plug-ins of one server remember between requests. Nothing of it outlives the process. */
import { makeReservations, type Reservations } from "./reservations.ts";

export interface AdmissionMemory {
  /** Addresses and ports that writes under way have chosen and nobody sees yet. */
  readonly reservations: Reservations;
}

export const makeAdmissionMemory = (): AdmissionMemory => ({ reservations: makeReservations() });
