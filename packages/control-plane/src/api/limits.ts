/** Named limits of the API, each with its unit and its reason. */
import { storeLimits } from "../store/store.ts";

export const apiLimits = {
  /** The largest request body; Kubernetes' own limit. */
  requestBytesMax: 3 * 1024 * 1024,
  /** The largest object as JSON: what the bus carries in one message, with room to spare. */
  objectBytesMax: storeLimits.objectBytesMax,
  /** How often a write without a precondition is tried again after somebody else was faster. */
  writeAttemptsMax: 8,
  /** How often a generated name may be taken before the creation is refused. */
  generateNameAttemptsMax: 8,
  /** How long a read waits for a revision that this server has not seen yet. */
  revisionWaitMs: 3_000,
  /** A watch that ends by itself ends after a span between these two, so that not all return at once. */
  watchLifeMinMs: 30 * 60_000,
  watchLifeMaxMs: 60 * 60_000,
  bookmarkPauseMs: 60_000,
  /** A reader of a watch that is so many bytes behind is cut off; it resumes by its resourceVersion. */
  readerBehindBytesMax: 8 * 1024 * 1024,
  /** How long a forwarded connection stays open for its client after the pod has ended it. */
  forwardEndMs: 1_000,
  /** How long a node's agent may take to open a log or an exec session. */
  streamOpenMs: 5_000,
  /** How long an agent may take to tell what its board uses: a list waits for the slowest. */
  usageAnswerMs: 2_000,
  /** What a board said is good for so long; it measures itself less often than that. */
  usageFreshMs: 5_000,
  /** The largest such answer: some thousand containers. */
  usageBytesMax: 1024 * 1024,
} as const;
