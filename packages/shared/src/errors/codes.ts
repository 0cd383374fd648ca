/**
 * THE table of refusals: what the API may answer when it does not do what was asked.
 *
 * Reasons and HTTP statuses are Kubernetes' own (apimachinery `meta/v1` StatusReason).
 */
export const refusals = {
  badRequest: { status: 400, reason: "BadRequest" },
  unauthorized: { status: 401, reason: "Unauthorized" },
  forbidden: { status: 403, reason: "Forbidden" },
  notFound: { status: 404, reason: "NotFound" },
  methodNotAllowed: { status: 405, reason: "MethodNotAllowed" },
  notAcceptable: { status: 406, reason: "NotAcceptable" },
  alreadyExists: { status: 409, reason: "AlreadyExists" },
  conflict: { status: 409, reason: "Conflict" },
  gone: { status: 410, reason: "Gone" },
  expired: { status: 410, reason: "Expired" },
  tooLarge: { status: 413, reason: "RequestEntityTooLarge" },
  unsupportedMediaType: { status: 415, reason: "UnsupportedMediaType" },
  invalid: { status: 422, reason: "Invalid" },
  tooManyRequests: { status: 429, reason: "TooManyRequests" },
  internal: { status: 500, reason: "InternalError" },
  notImplemented: { status: 501, reason: "NotImplemented" },
  unavailable: { status: 503, reason: "ServiceUnavailable" },
  timeout: { status: 504, reason: "Timeout" },
} as const satisfies Record<string, { status: number; reason: string }>;

export type RefusalCode = keyof typeof refusals;

/** Why one field was refused (metav1.StatusCause). */
export interface Cause {
  /** Kubernetes' word: FieldValueRequired, FieldValueInvalid, FieldValueDuplicate, FieldValueForbidden, ... */
  readonly reason: string;
  readonly message: string;
  /** A path such as `spec.containers[0].name`. */
  readonly field: string;
}

export interface RefusalDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** The user's fault, or the state of things: an answer, never a crash. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  readonly details: RefusalDetails | undefined;

  constructor(code: RefusalCode, message: string, details?: RefusalDetails) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export const isRefusal = (error: unknown, ...codes: RefusalCode[]): error is Refusal =>
  error instanceof Refusal && (codes.length === 0 || codes.includes(error.code));

/** metav1.Status, the shape of every refusal and of some successes. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Record<string, never>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: RefusalDetails;
  readonly code?: number;
}

export function statusOf({ code, message, details }: Pick<Refusal, "code" | "message" | "details">): Status {
  const { status, reason } = refusals[code];
  const base = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
  } as const;
  return details === undefined ? { ...base, code: status } : { ...base, details, code: status };
}
