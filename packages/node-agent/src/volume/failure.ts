/** Why a volume could not be set up, in kubelet's words. */
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { ContainerRefusal } from "../container/problem.ts";

/** The reason of the event; containers show that they are being created. */
export const failedMount = "FailedMount";
/** What containers show that wait for an API server which is away. */
export const notCached = { configmaps: "ConfigMapNotCached", secrets: "SecretNotCached" } as const;

/** Whether a problem of a pod is that of a volume. */
export const isOfVolume = ({ reason }: { readonly reason: string }): boolean =>
  reason === failedMount || Object.values<string>(notCached).includes(reason);

/** Nobody answered: whether the thing is there is not known. */
export function isAway(error: unknown): boolean {
  return !isRefusal(error) || isRefusal(error, "unavailable", "timeout", "internal", "tooManyRequests");
}

export function setUpFailure(volume: string, error: unknown): ContainerRefusal {
  const why = error instanceof Error ? error.message : String(error);
  const reason = error instanceof ContainerRefusal ? error.reason : failedMount;
  return new ContainerRefusal(reason, `MountVolume.SetUp failed for volume "${volume}" : ${why}`, {
    cause: error,
  });
}
