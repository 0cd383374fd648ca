/** What goes wrong in SPDY, in its own words: with one stream, or with the whole session. */
export const resetStatus = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  unsupportedVersion: 4,
  cancel: 5,
  internalError: 6,
  flowControlError: 7,
  streamInUse: 8,
  streamAlreadyClosed: 9,
  frameTooLarge: 11,
} as const;

export const goAwayStatus = { ok: 0, protocolError: 1, internalError: 2 } as const;

/** The peer broke the rules: the session cannot go on. */
export class SpdyViolation extends Error {
  override readonly name = "SpdyViolation";
}

/** One stream was broken off, by either side. */
export class StreamReset extends Error {
  override readonly name = "StreamReset";
  readonly status: number;

  constructor(status: number) {
    super(`the stream was reset (${nameOf(status)})`);
    this.status = status;
  }
}

const nameOf = (status: number): string =>
  Object.entries(resetStatus).find(([, value]) => value === status)?.[0] ?? `status ${status}`;
