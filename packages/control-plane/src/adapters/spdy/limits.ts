/** Named limits of SPDY sessions: what one peer can make us keep. */
export const spdyLimits = {
  /** What a stream and a session may have under way in one direction before more was granted; the protocol's own. */
  windowBytes: 64 * 1024,
  /** The largest data frame that is sent; large enough to carry much, small enough that streams take turns. */
  dataFrameBytesMax: 32 * 1024,
  /** The largest frame that is not data. */
  controlFrameBytesMax: 32 * 1024,
  /** All names and values of one header block, unpacked: a block that unpacks to more is an attack. */
  headerBytesMax: 64 * 1024,
  headersMax: 128,
  /** Streams that the peer may have open at once; a forwarded connection takes two. */
  streamsMax: 1_024,
  /** Answers that wait for a peer that does not read them; beyond it the peer is cut off. */
  unsentBytesMax: 1024 * 1024,
  /** A peer is asked so often whether it is there: only so a paused connection notices that it broke. */
  pingPauseMs: 30_000,
  /** How long the peer may take to close its end after we said goodbye. */
  goodbyeMs: 10_000,
} as const;
