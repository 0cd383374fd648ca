/** How gentle rebalancing is: spans, in milliseconds unless they say otherwise. */
export const rebalancingLimits = {
  /** A board gets nothing before it has been Ready for so long: who plugs a cable in often pulls it out again. */
  calmMs: 30_000,
  /** Boards that came within this span came together: what is on each was there before, and stays. */
  togetherMs: 5_000,
  /** After so long a board is one of the others; what is still uneven then is so for a reason. */
  freshMs: 60 * 60_000,
  /** Between the beginnings of two moves, so that people can follow, and stop it. */
  spacingMs: 5_000,
  /** A replacement that is not available after so long is trouble. */
  replacementMs: 3 * 60_000,
  /** After a move that went wrong nothing is moved for so long. */
  afterTroubleMs: 10 * 60_000,
  /** A board that was lost, or a pod that waits for a board, is trouble for so long; then it is how things are. */
  troubleMs: 10 * 60_000,
  /** While something is in the way or may change without a word: the next look. */
  lookMs: 15_000,
  /** Moves that are tried on the scheduler in one look. */
  forecastsMax: 16,
} as const;

/** `false` on a pod or its namespace: stays where it is. `true` on a pod: may move although it keeps files on its board. */
export const rebalanceAnnotation = "kubus.io/rebalance";
