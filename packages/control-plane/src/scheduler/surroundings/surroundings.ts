/**
 * What the decision about a pod may know beside the one board it looks at: who is where, who keeps whom away, which
 * claims and volumes there are, and who has been promised which board. Pure to read.
 *
 * The ledger keeps these answers up to date change by change (`ledger/`); `surroundingsOf` works them out from a list of
 * boards, for tests and for whoever asks "what if".
 */
import type { PodDisruptionBudget } from "@kubus/shared/api/policy.ts";
import type { StorageClass } from "@kubus/shared/api/storage.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "@kubus/shared/api/volume.ts";
import type { Board } from "../board.ts";
import type { Want } from "../want.ts";
import { crowdOf, type Crowd, type NamespaceLabels } from "./crowd.ts";
import type { PodTerm } from "./pod-terms.ts";

/** By the name of a board: how many. Boards with none are left out. */
export type Tally = ReadonlyMap<string, number>;

/** A term that pods on boards hold, be it against others or in their favour. */
export interface HeldTerm {
  readonly signature: string;
  readonly topologyKey: string;
  /** Whom it means. */
  readonly crowd: Crowd;
  /** How much it weighs; 1 for what is demanded. */
  readonly weight: number;
  /** On which boards its holders are. */
  readonly holders: Tally;
}

export type TermSort = "avoids" | "wishes";

/** Claims, volumes and classes: what the filter for volumes reads. */
export interface Storage {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
}

export interface Surroundings {
  readonly boards: readonly Board[];
  boardNamed(name: string): Board | undefined;
  tally(crowd: Crowd): Tally;
  held(sort: TermSort): Iterable<HeldTerm>;
  readonly namespaceLabels: NamespaceLabels;
  readonly storage: Storage;
  /** The pods on boards that use a claim, by `namespace/name`. */
  usersOf(claim: string): readonly Want[];
  /** Pods that wait for room that is being made for them on this board. */
  nominated(board: string): readonly Want[];
  budgets(namespace: string): readonly PodDisruptionBudget[];
  /** The architectures that an image is known to be made for; undefined: nobody knows. */
  architecturesOf(image: string): ReadonlySet<string> | undefined;
}

export const noStorage: Storage = {
  claim: () => undefined,
  volume: () => undefined,
  volumes: () => [],
  storageClass: () => undefined,
};

/** Answers from the boards and their pods alone, unless `more` says otherwise. */
export function surroundingsOf(boards: readonly Board[], more: Partial<Surroundings> = {}): Surroundings {
  const byName = new Map(boards.map((board) => [board.name, board]));
  const namespaceLabels: NamespaceLabels = more.namespaceLabels ?? (() => undefined);
  return {
    boards,
    boardNamed: (name) => byName.get(name),
    tally: ({ includes }) => {
      const counts = boards.map(({ name, load }): [string, number] => [
        name,
        [...load.pods.values()].filter(({ pod }) => includes(pod)).length,
      ]);
      return new Map(counts.filter(([, count]) => count > 0));
    },
    held: (sort) => {
      const terms = new HeldTerms(namespaceLabels);
      for (const { name, load } of boards)
        for (const want of load.pods.values()) terms.add(termsOf(want, sort), want, { board: name, sign: 1 });
      return terms.all();
    },
    namespaceLabels,
    storage: noStorage,
    usersOf: (claim) =>
      boards.flatMap(({ load }) => [...load.pods.values()].filter((want) => usesClaim(want, claim))),
    nominated: () => [],
    budgets: () => [],
    architecturesOf: () => undefined,
    ...more,
  };
}

export const usesClaim = ({ pod, claims }: Want, claim: string): boolean =>
  claims.some(({ name }) => `${pod.metadata.namespace ?? ""}/${name}` === claim);

/** What a pod on a board holds of one sort. */
export const termsOf = ({ avoids, wishes }: Want, sort: TermSort) =>
  sort === "avoids" ? avoids.map((term) => ({ term, weight: 1 })) : wishes;

/** Terms by what they say: pods of one template hold the same ones, and are counted under one. */
export class HeldTerms {
  readonly #terms = new Map<string, HeldTerm & { readonly holders: Map<string, number> }>();
  readonly #namespaceLabels: NamespaceLabels;

  constructor(namespaceLabels: NamespaceLabels) {
    this.#namespaceLabels = namespaceLabels;
  }

  all(): Iterable<HeldTerm> {
    return this.#terms.values();
  }

  /** The pod comes to the board (`sign` 1), or leaves it (-1). */
  add(
    terms: readonly { readonly term: PodTerm; readonly weight: number }[],
    { pod }: Want,
    { board, sign }: { readonly board: string; readonly sign: 1 | -1 },
  ): void {
    for (const { term, weight } of terms) {
      const crowd = crowdOf(term, pod, this.#namespaceLabels);
      const { topologyKey } = term;
      const signature = `${topologyKey} ${weight} ${crowd.signature}`;
      const held = this.#terms.get(signature) ?? {
        signature,
        topologyKey,
        crowd,
        weight,
        holders: new Map<string, number>(),
      };
      this.#terms.set(signature, held);
      const count = (held.holders.get(board) ?? 0) + sign;
      if (count > 0) held.holders.set(board, count);
      else held.holders.delete(board);
      if (held.holders.size === 0) this.#terms.delete(signature);
    }
  }
}
