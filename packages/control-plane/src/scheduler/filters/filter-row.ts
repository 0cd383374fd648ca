/** What a filter is: a row of the table in `filter.ts`. */
import type { Board } from "../board.ts";
import type { Surroundings } from "../surroundings/surroundings.ts";
import type { Want } from "../want.ts";

/** Of a Node: JSON, from an image to the list of architectures that its manifest names. */
export const imagesAnnotation = "kubus.io/image-architectures";

export type FilterName =
  | "schedulable"
  | "untainted"
  | "wanted"
  | "architecture"
  | "hostPorts"
  | "resources"
  | "volumes"
  | "spread"
  | "neighbours";

/** What may happen in the cluster and let a pod go somewhere that was refused before. */
export type ChangeName =
  | "boardCame"
  | "boardLabels"
  | "boardTaints"
  | "boardRoom"
  | "boardImages"
  | "podPlaced"
  | "podLabels"
  /** A pod left its board, or begins to. */
  | "podLeft"
  | "podEnding"
  | "claim"
  | "volume"
  | "storageClass"
  | "namespaceLabels";

export interface Objection {
  /** In Kubernetes' words; `FailedScheduling` counts the boards for each. */
  readonly reasons: readonly string[];
  /** Nothing that leaves the board can change it: preemption is of no use. */
  readonly isFinal: boolean;
}

export interface Word extends Objection {
  readonly by: FilterName;
}

/** Undefined: nothing against this board. */
export type Check = (board: Board) => Objection | undefined;

export interface Filter {
  readonly name: FilterName;
  /** Pods that it refused are looked at again after these changes, and no others. */
  readonly helpedBy: readonly ChangeName[];
  /** It depends on pods elsewhere: what happens on one board can help on another. */
  readonly isAboutOthers: boolean;
  /**
   * Reads the pod once for all boards. Undefined: the filter has nothing to say about this pod. `refuses`: there is no
   * board for it whatsoever, and this is why.
   */
  readonly prepare: (want: Want, around: Surroundings) => Check | { readonly refuses: string } | undefined;
}

/** An objection of one reason; `final` when no eviction can help. */
export const objection = (reason: string, when: "final" | "evictable"): Objection => ({
  reasons: [reason],
  isFinal: when === "final",
});
