/**
 * Seats: how much may be done at once, and by one user. Whoever finds none waits in their own line; lines are served
 * in turn, so that a user with a thousand requests delays a user with one by one request, not by a thousand.
 *
 * INVARIANT: no more seats are taken than there are, and no user has more than their share.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";

export interface SeatOptions {
  /** Taken at once by everybody. */
  readonly total: number;
  /** Taken at once by one user. */
  readonly perUser: number;
  /** How many of one user may wait; more are refused with 429. */
  readonly waitingPerUser: number;
}

export interface Seats {
  /** Resolves with what gives the seat back; calling it again does nothing. Rejects when the user's line is full. */
  take(user: string): Promise<() => void>;
  /** Throws what `take` would reject with at this moment. */
  check(user: string): void;
  readonly taken: () => number;
  readonly waiting: () => number;
}

interface Party {
  taken: number;
  readonly line: ((leave: () => void) => void)[];
}

export function makeSeats({ total, perUser, waitingPerUser }: SeatOptions): Seats {
  /** In the order in which they are served next. */
  const parties = new Map<string, Party>();
  let taken = 0;

  const partyOf = (user: string): Party => {
    const known = parties.get(user) ?? { taken: 0, line: [] };
    parties.set(user, known);
    return known;
  };

  const sit = (user: string, party: Party): (() => void) => {
    taken += 1;
    party.taken += 1;
    let isSeated = true;
    return () => {
      if (!isSeated) return;
      isSeated = false;
      taken -= 1;
      party.taken -= 1;
      if (party.taken === 0 && party.line.length === 0) parties.delete(user);
      serve();
    };
  };

  /** Gives free seats to those who wait, one per user in turn. */
  const serve = (): void => {
    for (const [user, party] of [...parties]) {
      if (taken >= total) return;
      if (party.taken >= perUser) continue;
      const next = party.line.shift();
      if (next === undefined) continue;
      // Behind all others from now on.
      parties.delete(user);
      parties.set(user, party);
      next(sit(user, party));
    }
  };

  const isFull = (user: string): boolean => (parties.get(user)?.line.length ?? 0) >= waitingPerUser;

  return {
    check: (user) => {
      if (isFull(user)) throw tooMany();
    },
    take: (user) => {
      const party = partyOf(user);
      if (taken < total && party.taken < perUser) return Promise.resolve(sit(user, party));
      if (isFull(user)) return Promise.reject(tooMany());
      return new Promise((resolve) => party.line.push(resolve));
    },
    taken: () => taken,
    waiting: () => [...parties.values()].reduce((sum, { line }) => sum + line.length, 0),
  };
}

const tooMany = () =>
  new Refusal(
    "tooManyRequests",
    "The server has received too many requests and has asked us to try again later",
    { retryAfterSeconds: 1 },
  );
