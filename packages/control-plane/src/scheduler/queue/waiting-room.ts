/**
 * The pods that were refused, and what each waits for: a change wakes those whom it may help, and nobody else.
 *
 * Pods that ask for the same and were refused for the same reasons stand together: a change costs one question for each
 * such group, however many pods are in it. Room that becomes free on a board wakes as many as fit there, the longest
 * waiting first; the others stay where they are.
 */
import type { Board } from "../board.ts";
import { checksFor, filterNamed, firstWord, isRefused } from "../filter.ts";
import type { ChangeName, FilterName } from "../filters/filter-row.ts";
import { roomFor } from "../filters/resources.ts";
import { surroundingsOf } from "../surroundings/surroundings.ts";
import type { Want } from "../want.ts";
import { shapeOf } from "./shape.ts";

export const roomLimits = {
  /** Woken beyond those that fit, in case one of them is gone or finds its place elsewhere. */
  spareWakes: 4,
} as const;

export interface Change {
  readonly names: readonly ChangeName[];
  /** Where it happened, as it is now. Undefined: on no board in particular, or on one that is not there. */
  readonly board?: Board | undefined;
}

export interface WaitingRoom {
  /** `awaits`: the board on which room is being made for it. */
  enter(
    key: string,
    refusal: { readonly want: Want; readonly by: readonly FilterName[]; readonly awaits?: string },
  ): void;
  leave(key: string): void;
  /** Keys of those whom the change may help. Who is woken has left the room: a refusal brings it back. */
  helped(change: Change): readonly string[];
  /** One of each group, because one that was woken in its stead is gone. */
  deputies(): readonly string[];
  count(): number;
  clear(): void;
}

interface Group {
  readonly want: Want;
  readonly by: readonly FilterName[];
  readonly awaits: string | undefined;
  readonly keys: Set<string>;
}

export function makeWaitingRoom(): WaitingRoom {
  const groups = new Map<string, Group>();
  const places = new Map<string, string>();

  const leave = (key: string) => {
    const place = places.get(key);
    if (place === undefined) return;
    places.delete(key);
    const group = groups.get(place);
    group?.keys.delete(key);
    if (group?.keys.size === 0) groups.delete(place);
  };

  const take = ({ keys }: Group, count: number): readonly string[] => {
    const taken: string[] = [];
    for (const key of keys) {
      if (taken.length >= count) break;
      taken.push(key);
    }
    for (const key of taken) leave(key);
    return taken;
  };

  return {
    enter: (key, { want, by, awaits }) => {
      leave(key);
      const place = `${shapeOf(want)} ${[...by].sort().join()} ${awaits ?? ""}`;
      const group = groups.get(place) ?? { want, by, awaits, keys: new Set<string>() };
      groups.set(place, group);
      group.keys.add(key);
      places.set(key, place);
    },
    leave,
    helped: (change) => [...groups.values()].flatMap((group) => take(group, helpedOf(group, change))),
    deputies: () => [...groups.values()].flatMap((group) => take(group, 1)),
    count: () => places.size,
    clear: () => {
      groups.clear();
      places.clear();
    },
  };
}

/** How many of the group the change may help. */
function helpedOf({ want, by, awaits }: Group, { names, board }: Change): number {
  const all = Number.POSITIVE_INFINITY;
  if (awaits !== undefined && names.includes("podLeft") && board?.name === awaits) return all;
  const helping = by
    .flatMap((name) => filterNamed(name) ?? [])
    .filter(({ helpedBy }) => helpedBy.some((name) => names.includes(name)));
  if (helping.length === 0) return 0;
  // What happens on one board may help on another where pods look at each other.
  if (board === undefined || helping.some(({ isAboutOthers }) => isAboutOthers)) return all;
  if (!isLocallyFree(want, board)) return 0;
  return roomFor(want, board) + roomLimits.spareWakes;
}

/** Whether nothing on the board itself speaks against the pod. Who is elsewhere is another question. */
function isLocallyFree(want: Want, board: Board): boolean {
  const checks = checksFor({ ...want, claims: [] }, surroundingsOf([board]));
  if (isRefused(checks)) return false;
  const local = checks.filter(({ name }) => filterNamed(name)?.isAboutOthers !== true);
  return firstWord(local, board) === undefined;
}
