/** What a job makes of a pod that failed (`podFailurePolicy`): the first rule that matches decides. Pure. */
import type { Job, PodFailurePolicyRule } from "@kubus/shared/api/batch.ts";
import type { ContainerStatus, Pod } from "@kubus/shared/api/pod.ts";
import { hasFailed } from "./pods.ts";

export interface FailureJudgement {
  readonly action: PodFailurePolicyRule["action"];
  /** Why the whole job fails, for `FailJob`. */
  readonly message: string;
}

type Match = { readonly container: ContainerStatus } | { readonly condition: string };

/** Without a policy, and where no rule matches, a failure counts. */
export function judgeFailure({ spec }: Job, pod: Pod): FailureJudgement {
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const match = matchOf(rule, pod);
    if (match !== undefined)
      return { action: rule.action, message: messageOf(pod, match, `${rule.action} rule at index ${index}`) };
  }
  return { action: "Count", message: "" };
}

export const isCounted = (job: Job, pod: Pod): boolean => judgeFailure(job, pod).action !== "Ignore";

/** Why the job fails as a whole, if one of its pods says so. */
export function failJobMessage(job: Job, pods: readonly Pod[]): string | undefined {
  if (job.spec.podFailurePolicy === undefined) return undefined;
  return pods
    .filter((pod) => hasFailed(job, pod))
    .map((pod) => judgeFailure(job, pod))
    .find(({ action }) => action === "FailJob")?.message;
}

function matchOf(
  { onExitCodes, onPodConditions = [] }: PodFailurePolicyRule,
  { status = {} }: Pod,
): Match | undefined {
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes;
    const container = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
      ({ name, state: { terminated } }) =>
        (containerName === undefined || name === containerName) &&
        terminated !== undefined &&
        terminated.exitCode !== 0 &&
        values.includes(terminated.exitCode) === (operator === "In"),
    );
    return container === undefined ? undefined : { container };
  }
  const met = status.conditions?.find((one) =>
    onPodConditions.some((pattern) => pattern.type === one.type && pattern.status === one.status),
  );
  return met === undefined ? undefined : { condition: met.type };
}

function messageOf({ metadata }: Pod, match: Match, rule: string): string {
  const pod = `${metadata.namespace ?? ""}/${metadata.name}`;
  if ("condition" in match) return `Pod ${pod} has condition ${match.condition} matching ${rule}`;
  const { name, state } = match.container;
  return `Container ${name} for pod ${pod} failed with exit code ${state.terminated?.exitCode ?? 0} matching ${rule}`;
}
