/**
 * The same surroundings with other pods on one board: what it would be like if some left it, or came to it. Pure to the
 * outside; the question itself may be changed pod by pod, which is how victims are chosen.
 */
import { boardOf, loadOf, type Board } from "../board.ts";
import { addTo, takeFrom } from "../load.ts";
import type { Want } from "../want.ts";
import type { Crowd } from "./crowd.ts";
import {
  HeldTerms,
  termsOf,
  usesClaim,
  type HeldTerm,
  type Surroundings,
  type TermSort,
} from "./surroundings.ts";

export interface WhatIf {
  readonly board: Board;
  readonly around: Surroundings;
  add(want: Want): void;
  remove(want: Want): void;
}

/** Begins with what is there. */
export function whatIf(around: Surroundings, { node, load }: Board): WhatIf {
  const account = loadOf(load.pods.values());
  const board = boardOf(node, account);
  const { name } = board;
  const come = new Map<string, Want>();
  const gone = new Map<string, Want>();
  const isThere = (uid: string) => load.pods.has(uid);

  const tally = (crowd: Crowd) => {
    const base = around.tally(crowd);
    const count = [...account.pods.values()].filter(({ pod }) => crowd.includes(pod)).length;
    if (count === (base.get(name) ?? 0)) return base;
    const changed = new Map(base);
    if (count === 0) changed.delete(name);
    else changed.set(name, count);
    return changed;
  };

  const held = (sort: TermSort): Iterable<HeldTerm> => {
    const here = new HeldTerms(around.namespaceLabels);
    for (const want of account.pods.values()) here.add(termsOf(want, sort), want, { board: name, sign: 1 });
    const elsewhere = [...around.held(sort)].flatMap((term) => {
      if (!term.holders.has(name)) return [term];
      const holders = new Map(term.holders);
      holders.delete(name);
      return holders.size === 0 ? [] : [{ ...term, holders }];
    });
    return [...elsewhere, ...here.all()];
  };

  return {
    board,
    around: {
      ...around,
      boards: around.boards.map((one) => (one.name === name ? board : one)),
      boardNamed: (one) => (one === name ? board : around.boardNamed(one)),
      tally,
      held,
      usersOf: (claim) => [
        ...around.usersOf(claim).filter(({ pod }) => !gone.has(pod.metadata.uid)),
        ...[...come.values()].filter((want) => usesClaim(want, claim)),
      ],
    },
    add: (want) => {
      const { uid } = want.pod.metadata;
      addTo(account, want);
      if (!gone.delete(uid) && !isThere(uid)) come.set(uid, want);
    },
    remove: (want) => {
      const { uid } = want.pod.metadata;
      takeFrom(account, uid);
      if (!come.delete(uid)) gone.set(uid, want);
    },
  };
}
