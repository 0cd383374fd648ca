/** The rules of jobs and of their changes (batch validation). Pure. */
import type { Job, JobSpec } from "@kubus/shared/api/batch.ts";
import type { LabelSelector } from "@kubus/shared/api/meta.ts";
import type { PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel } from "../../../api/names.ts";
import { labelQueryOf, matchesLabels } from "../../../api/selectors.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { validateImmutable, when } from "../../rules.ts";
import { validateLabelSelector } from "../../label-selector.ts";
import { validateOwnSelector } from "./selector.ts";
import { validateJobSpec } from "./validate-spec.ts";

export const validateJob = (job: Received<Job>): readonly Cause[] => [
  ...validateOwnSelector(job),
  ...validateJobSpec(job.spec ?? {}, "spec"),
  ...validateSelector(job.spec ?? {}),
  ...validateHostNames(job),
];

function validateSelector({ selector, template }: Received<JobSpec>): readonly Cause[] {
  const labels = (template?.metadata?.labels ?? {}) as Readonly<Record<string, string>>;
  const wrong = selector === undefined ? [] : validateLabelSelector(selector, "spec.selector");
  const isMatching =
    wrong.length > 0 || matchesLabels(labelQueryOf(selector as LabelSelector | undefined), labels);
  return [
    ...when(selector === undefined, cause.required("spec.selector")),
    ...wrong,
    ...when(
      !isMatching,
      cause.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"),
    ),
  ];
}

/** Pods of indexed jobs are called after the job and their index. */
function validateHostNames({ metadata, spec = {} }: Received<Job>): readonly Cause[] {
  const { completionMode, completions = 0 } = spec;
  if (completionMode !== "Indexed" || completions <= 0) return [];
  const { name = "" } = metadata ?? {};
  const longest = `${name}-${completions - 1}`;
  return when(
    dnsLabel(longest) !== undefined,
    cause.invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${longest}`),
  );
}

const fixed = [
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
  "managedBy",
  "successPolicy",
] as const;

export const validateJobUpdate = (next: Job, previous: Job): readonly Cause[] => [
  ...validateCompletions(next.spec, previous.spec),
  ...validateImmutable(next.spec.selector, previous.spec.selector, "spec.selector"),
  ...validateImmutable(
    next.spec.template,
    isWaiting(previous) ? withPlacement(previous.spec.template, next.spec.template) : previous.spec.template,
    "spec.template",
  ),
  ...fixed.flatMap((name) => validateImmutable(next.spec[name], previous.spec[name], `spec.${name}`)),
];

/** An indexed job grows and shrinks when workers and completions do together. */
function validateCompletions(next: JobSpec, previous: JobSpec): readonly Cause[] {
  const field = "spec.completions";
  if (next.completionMode !== "Indexed")
    return validateImmutable(next.completions, previous.completions, field);
  return when(
    next.completions !== undefined &&
      next.completions !== previous.completions &&
      next.completions !== next.parallelism,
    cause.invalid(field, next.completions, "can only be modified in tandem with spec.parallelism"),
  );
}

/** Suspended before it ever started: queues of jobs still decide where its pods go. */
const isWaiting = ({ spec, status }: Job): boolean =>
  spec.suspend === true && status?.startTime === undefined;

function withPlacement(previous: PodTemplateSpec, next: PodTemplateSpec): PodTemplateSpec {
  const { nodeSelector, tolerations, schedulingGates, affinity } = next.spec;
  const placed = {
    ...previous.spec,
    nodeSelector,
    tolerations,
    schedulingGates,
    affinity: affinityWith(previous.spec.affinity, affinity),
  };
  const { labels, annotations } = next.metadata ?? {};
  return {
    ...previous,
    metadata: said({ ...previous.metadata, labels, annotations }),
    spec: said(placed),
  } as PodTemplateSpec;
}

type Affinity = PodTemplateSpec["spec"]["affinity"];

/** Of the affinities, only the one to nodes may change. */
function affinityWith(previous: Affinity, next: Affinity): Affinity {
  const merged = said({ ...previous, nodeAffinity: next?.nodeAffinity });
  return next === undefined && Object.keys(merged).length === 0 ? undefined : (merged as Affinity);
}

const said = <T extends object>(object: T): Partial<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
