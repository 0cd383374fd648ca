/** Why a container does not run, in Kubernetes' words. Pure. */
import { RuntimeRefusal } from "../ports/runtime.ts";

export interface Problem {
  readonly reason: string;
  readonly message: string;
  /** Asking again in the same way gives the same answer; the runtime itself is well. */
  readonly isRefusal: boolean;
}

/** A container that cannot be started for a reason of the pod's own, outside the runtime's words. */
export class ContainerRefusal extends Error {
  override readonly name = "ContainerRefusal";
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export function problemOf(failure: unknown): Problem {
  if (failure instanceof RuntimeRefusal || failure instanceof ContainerRefusal) {
    return { reason: failure.reason, message: failure.message, isRefusal: true };
  }
  const message = failure instanceof Error ? failure.message : String(failure);
  return { reason: "RuntimeUnavailable", message, isRefusal: false };
}
