/** The rules of a job's spec, also inside the templates of cron jobs (batch validation). Pure. */
import type { JobSpec } from "@kubus/shared/api/batch.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsSubdomain } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, validateNotNegative, when } from "../../rules.ts";
import { validatePodTemplate } from "../../template/validate.ts";
import { validateFailurePolicy, validateSuccessPolicy } from "./validate-policies.ts";

type Spec = Received<JobSpec>;

const parallelismMax = 100_000;
const failedIndexesMax = 100_000;
/** Above this, limits for each index must be kept small: the status tells of every one. */
const completionsHigh = 100_000;
const parallelismHighMax = 10_000;
const failedIndexesHighMax = 10_000;
const managedByLengthMax = 63;

const counts = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
] as const;

export const validateJobSpec = (spec: Spec, field: string): readonly Cause[] => [
  ...counts.flatMap((name) => validateNotNegative(spec[name], `${field}.${name}`)),
  ...when(
    spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined,
    cause.required(`${field}.backoffLimitPerIndex`, "when maxFailedIndexes is specified"),
  ),
  ...validateManagedBy(spec.managedBy, `${field}.managedBy`),
  ...validateMode(spec, field),
  ...validateFailurePolicy(spec, `${field}.podFailurePolicy`),
  ...validateSuccessPolicy(spec, `${field}.successPolicy`),
  ...validateReplacement(spec, `${field}.podReplacementPolicy`),
  ...validatePodTemplate(spec.template, `${field}.template`),
  ...validateRestart(spec, `${field}.template.spec.restartPolicy`),
];

const pathRegex = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** `example.com/name` */
function validateManagedBy(name: string | undefined, field: string): readonly Cause[] {
  if (name === undefined) return [];
  if (name === "") return [cause.required(field)];
  const slash = name.indexOf("/");
  const [domain, path] = [name.slice(0, Math.max(slash, 0)), name.slice(slash + 1)];
  const wrong =
    domain === "" || path === ""
      ? [cause.invalid(field, name, 'must be a domain-prefixed path (such as "acme.io/foo")')]
      : [
          ...checked(dnsSubdomain, domain, field),
          ...when(
            !new RegExp(`^${pathRegex}$`).test(path),
            cause.invalid(field, path, `Invalid path (regex used for validation is '${pathRegex}')`),
          ),
        ];
  return [...wrong, ...when(name.length > managedByLengthMax, cause.tooLong(field, managedByLengthMax))];
}

function validateMode(spec: Spec, field: string): readonly Cause[] {
  const { completionMode: mode = "NonIndexed" } = spec;
  if (mode === "Indexed") return validateIndexed(spec, field);
  if (mode !== "NonIndexed")
    return [cause.notSupportedInOrder(`${field}.completionMode`, mode, ["NonIndexed", "Indexed"])];
  return (["backoffLimitPerIndex", "maxFailedIndexes"] as const).flatMap((name) =>
    when(
      spec[name] !== undefined,
      cause.invalid(`${field}.${name}`, spec[name], "requires indexed completion mode"),
    ),
  );
}

function validateIndexed(spec: Spec, field: string): readonly Cause[] {
  const { completions, parallelism = 0, maxFailedIndexes = 0 } = spec;
  const at = `${field}.maxFailedIndexes`;
  return [
    ...when(
      completions === undefined,
      cause.required(`${field}.completions`, "when completion mode is Indexed"),
    ),
    ...when(
      parallelism > parallelismMax,
      cause.invalid(
        `${field}.parallelism`,
        parallelism,
        `must be less than or equal to ${parallelismMax} when completion mode is Indexed`,
      ),
    ),
    ...when(
      completions !== undefined && maxFailedIndexes > completions,
      cause.invalid(at, maxFailedIndexes, "must be less than or equal to completions"),
    ),
    ...when(
      maxFailedIndexes > failedIndexesMax,
      cause.invalid(at, maxFailedIndexes, `must be less than or equal to ${failedIndexesMax}`),
    ),
    ...(completions !== undefined && completions > completionsHigh && spec.backoffLimitPerIndex !== undefined
      ? validateManyIndexes(spec, field)
      : []),
  ];
}

function validateManyIndexes({ parallelism = 0, maxFailedIndexes }: Spec, field: string): readonly Cause[] {
  const lessThan = (most: number) =>
    `must be less than or equal to ${most} when completions are above ${completionsHigh} and used with backoff limit per index`;
  const at = `${field}.maxFailedIndexes`;
  return [
    ...when(
      maxFailedIndexes === undefined,
      cause.required(at, `must be specified when completions is above ${completionsHigh}`),
    ),
    ...when(
      parallelism > parallelismHighMax,
      cause.invalid(`${field}.parallelism`, parallelism, lessThan(parallelismHighMax)),
    ),
    ...when(
      (maxFailedIndexes ?? 0) > failedIndexesHighMax,
      cause.invalid(at, maxFailedIndexes, lessThan(failedIndexesHighMax)),
    ),
  ];
}

function validateReplacement(
  { podReplacementPolicy: policy, podFailurePolicy }: Spec,
  field: string,
): readonly Cause[] {
  // Whether a pod failed for good is known only when it is gone.
  const known = podFailurePolicy === undefined ? ["Failed", "TerminatingOrFailed"] : ["Failed"];
  return when(policy !== undefined && !known.includes(policy), cause.notSupported(field, policy, known));
}

/** A pod that is always restarted never ends, and a job waits for its pods to end. */
function validateRestart({ template, podFailurePolicy }: Spec, field: string): readonly Cause[] {
  const { restartPolicy: policy = "" } = template?.spec ?? {};
  if (policy === "" || policy === "Always")
    return [cause.required(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== "OnFailure" && policy !== "Never")
    return [cause.notSupportedInOrder(field, policy, ["OnFailure", "Never"])];
  return when(
    podFailurePolicy !== undefined && policy !== "Never",
    cause.invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified'),
  );
}
