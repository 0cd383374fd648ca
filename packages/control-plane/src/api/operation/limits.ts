/** Named limits of how much the API does at once. */
export const operationLimits = {
  /** Requests in work at once; watches and other streams do not count once they flow. */
  requestsAtOnceMax: 400,
  /** Of one user. */
  requestsPerUserMax: 100,
  /** Of one user, waiting for a seat. */
  requestsWaitingPerUserMax: 2_000,
  /** Lists of more objects are sent in slices, a few at once. */
  longListMin: 500,
  longListsAtOnceMax: 4,
  longListsPerUserMax: 2,
  longListsWaitingPerUserMax: 500,
  /** How much of a long list is made at a time: everybody else is served in between. */
  sliceBytes: 64 * 1024,
  /** How much of it may wait for its reader. */
  sliceBytesAhead: 256 * 1024,
  /** How large an audit log grows before it begins anew; the one before is kept. */
  auditFileBytesMax: 8 * 1024 * 1024,
} as const;
