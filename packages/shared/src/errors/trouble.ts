/** The world's fault: a port call that could not be carried out. It becomes an `onError` edge, or 503/504 at the API. */
export type TroubleCode =
  "timeout" | "full" | "disconnected" | "closed" | "noResponders" | "broken" | "tooLarge" | "unknownOutcome";

export class Trouble extends Error {
  override readonly name = "Trouble";
  readonly code: TroubleCode;

  constructor(code: TroubleCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const isTrouble = (error: unknown, ...codes: TroubleCode[]): error is Trouble =>
  error instanceof Trouble && (codes.length === 0 || codes.includes(error.code));
