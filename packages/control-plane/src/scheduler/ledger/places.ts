/**
 * Which pod is on which board, and what follows from it: loads, crowds, terms that are held, claims in use. Kept up pod
 * by pod.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isSame } from "../../api/same.ts";
import { addTo, newAccount, takeFrom, type Account } from "../load.ts";
import type { NamespaceLabels } from "../surroundings/crowd.ts";
import { HeldTerms, termsOf, type Surroundings } from "../surroundings/surroundings.ts";
import { wantOf, type Want } from "../want.ts";
import { makeTallies } from "./tallies.ts";

export interface Places extends Pick<Surroundings, "tally" | "held" | "usersOf"> {
  /** What is on a board; the same object for as long as the process lives. */
  accountOf(node: string): Account;
  /** The cache shows the pod there. Returns whether anything is different now. */
  confirm(pod: Pod, node: string): boolean;
  /** Counts a pod to a board before the cache shows it there. */
  assume(want: Want, node: string): void;
  /** Takes an assumption back, unless the cache has shown it to be true. Returns whether it did. */
  forget(uid: string): boolean;
  withdraw(uid: string): boolean;
  /** Takes all assumptions back. */
  forgetAll(): void;
  /** Labels of a namespace changed: who is meant by which term is asked anew. */
  recount(): void;
}

interface Place {
  readonly node: string;
  readonly isAssumed: boolean;
}

export function makePlaces(namespaceLabels: NamespaceLabels): Places {
  const accounts = new Map<string, Account>();
  const places = new Map<string, Place>();
  const users = new Map<string, Map<string, Want>>();
  const heldTerms = { avoids: new HeldTerms(namespaceLabels), wishes: new HeldTerms(namespaceLabels) };
  const tallies = makeTallies(function* () {
    for (const [board, { pods }] of accounts) for (const { pod } of pods.values()) yield { pod, board };
  });

  const accountOf = (node: string): Account => {
    const account = accounts.get(node) ?? newAccount();
    accounts.set(node, account);
    return account;
  };

  const note = (want: Want, board: string, sign: 1 | -1) => {
    tallies.note(want.pod, board, sign);
    for (const sort of ["avoids", "wishes"] as const)
      heldTerms[sort].add(termsOf(want, sort), want, { board, sign });
    for (const claim of claimKeys(want)) {
      const known = users.get(claim) ?? new Map<string, Want>();
      if (sign === 1) users.set(claim, known.set(want.pod.metadata.uid, want));
      else if (known.delete(want.pod.metadata.uid) && known.size === 0) users.delete(claim);
    }
  };

  const withdraw = (uid: string): boolean => {
    const place = places.get(uid);
    if (place === undefined) return false;
    places.delete(uid);
    const want = takeFrom(accountOf(place.node), uid);
    if (want !== undefined) note(want, place.node, -1);
    return true;
  };

  const enter = (want: Want, place: Place) => {
    withdraw(want.pod.metadata.uid);
    places.set(want.pod.metadata.uid, place);
    addTo(accountOf(place.node), want);
    note(want, place.node, 1);
  };

  const forget = (uid: string): boolean => places.get(uid)?.isAssumed === true && withdraw(uid);

  return {
    accountOf,
    tally: (crowd) => tallies.of(crowd),
    held: (sort) => heldTerms[sort].all(),
    usersOf: (claim) => [...(users.get(claim)?.values() ?? [])],
    confirm: (pod, node) => {
      const { uid } = pod.metadata;
      const known = accounts.get(node)?.pods.get(uid);
      const isKnown = places.get(uid)?.node === node && known !== undefined && countsAlike(known.pod, pod);
      if (!isKnown) enter(wantOf(pod), { node, isAssumed: false });
      else {
        places.set(uid, { node, isAssumed: false });
        // The newest word about it (when it began, for one), with nothing to add up again.
        accounts.get(node)?.pods.set(uid, { ...known, pod });
      }
      return !isKnown;
    },
    assume: (want, node) => enter(want, { node, isAssumed: true }),
    forget,
    withdraw,
    forgetAll: () => {
      for (const uid of [...places.keys()]) forget(uid);
    },
    recount: () => tallies.forget(),
  };
}

const claimKeys = ({ pod, claims }: Want): readonly string[] =>
  claims.map(({ name }) => `${pod.metadata.namespace ?? ""}/${name}`);

/** Whether two versions of a pod take up the same room and are meant by the same terms: status changes all the time. */
function countsAlike({ metadata: a, spec: old }: Pod, { metadata: b, spec }: Pod): boolean {
  return (
    a.generation === b.generation &&
    a.deletionTimestamp === b.deletionTimestamp &&
    isSame(a.labels, b.labels) &&
    isSame(a.ownerReferences, b.ownerReferences) &&
    (a.generation !== undefined || isSame(old, spec))
  );
}
