/** Named limits of the HTTPS server. */
export const httpLimits = {
  /** Larger answers are compressed for clients that ask for it. */
  gzipAboveBytes: 128 * 1024,
  /** How long a client may take to send a request; answers may take for ever. */
  requestMs: 60_000,
  headersMs: 20_000,
  /** Headers of one request; more of them are refused with 431. */
  headersBytesMax: 64 * 1024,
  /** Open at once; more wait in the system's queue. */
  connectionsMax: 16_384,
  /** How long answers that are being sent may take when the server stops. Watches are ended at once. */
  closeMs: 1_000,
  /** Idle connections are kept longer than most clients keep theirs, so that these close first. */
  keepAliveMs: 120_000,
  /** A client that vanished without a word is found out by the system after so long without traffic. */
  probeAfterMs: 30_000,
  /** A body beyond the API's limit is read and forgotten up to here, so that its sender gets to see the answer. */
  discardBytesMax: 64 * 1024 * 1024,
} as const;
