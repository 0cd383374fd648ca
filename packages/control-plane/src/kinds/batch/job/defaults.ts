/** What the API server fills in on jobs (batch/v1 defaults). Pure. */
import type { Job, JobSpec } from "@kubus/shared/api/batch.ts";
import { withChanged, withDefaults } from "../../../api/defaults.ts";
import { setTemplateDefaults } from "../../core/pod/defaults.ts";
import type { Received } from "../../received.ts";

const int32Max = 2_147_483_647;

/** A job without labels has those of its template: the very same ones, so that it also gets those that are made up. */
export function setJobDefaults(job: Received<Job>): Job {
  const { metadata = {}, spec = {} } = job;
  const labels = spec.template?.metadata?.labels;
  const isUnlabelled = Object.keys(metadata.labels ?? {}).length === 0;
  const counts =
    spec.completions === undefined ? { parallelism: 1, ...oneCompletion(spec) } : { parallelism: 1 };
  return {
    ...job,
    metadata: isUnlabelled && labels !== undefined ? { ...metadata, labels } : metadata,
    spec: withDefaults(setJobTemplateDefaults(spec), {
      ...counts,
      // With a limit for each index, there is none for the job as a whole.
      backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : int32Max,
      completionMode: "NonIndexed",
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed",
    }),
  } as unknown as Job;
}

/** A number of workers alone is a work queue, which has no number of completions. */
const oneCompletion = ({ parallelism }: Received<JobSpec>) =>
  parallelism === undefined ? { completions: 1 } : {};

/** What is filled in also where jobs are still to be made. */
export function setJobTemplateDefaults(spec: Received<JobSpec> = {}): JobSpec {
  const filled = withChanged(spec, "podFailurePolicy", (policy) =>
    withChanged(policy, "rules", (rules) =>
      rules.map((rule) =>
        withChanged(rule, "onPodConditions", (patterns) =>
          patterns.map((pattern) => withDefaults(pattern, { status: "True" })),
        ),
      ),
    ),
  );
  return { ...filled, template: setTemplateDefaults(spec.template) } as JobSpec;
}
