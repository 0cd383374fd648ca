/** The rules of what a job makes of pods that fail, and of when it has had enough successes. Pure. */
import type { JobSpec, PodFailurePolicyRule, SuccessPolicyRule } from "@kubus/shared/api/batch.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, each, validateNotNegative, when } from "../../rules.ts";
import { indexCount, parseIndexes } from "./indexes.ts";

type Spec = Received<JobSpec>;
type FailureRule = Received<PodFailurePolicyRule>;

const rulesMax = 20;
const exitCodesMax = 255;
const patternsMax = 20;
const indexesBytesMax = 64 * 1024;

const actions = ["Count", "FailIndex", "FailJob", "Ignore"];
const statuses = ["False", "True", "Unknown"];
const operators = ["In", "NotIn"];

/** A word that must be there, and be one of a few. */
function validateWord(word: string, words: readonly string[], field: string): readonly Cause[] {
  const list = words.map((known) => JSON.stringify(known)).join(" ");
  if (word === "") return [cause.required(field, `valid values: [${list}]`)];
  return when(!words.includes(word), cause.notSupported(field, word, words));
}

const validateNumber = (items: readonly unknown[], itemsMax: number, field: string): readonly Cause[] =>
  when(items.length > itemsMax, cause.tooMany(field, items.length, itemsMax));

export function validateFailurePolicy(spec: Spec, field: string): readonly Cause[] {
  const { podFailurePolicy, template } = spec;
  if (podFailurePolicy === undefined) return [];
  const { rules = [] } = podFailurePolicy;
  const { containers = [], initContainers = [] } = template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name = "" }) => name));
  return [
    ...validateNumber(rules, rulesMax, `${field}.rules`),
    ...each(rules, `${field}.rules`, (rule, at) => [
      ...validateAction(rule.action ?? "", spec, `${at}.action`),
      ...validateExitCodes(rule.onExitCodes, names, `${at}.onExitCodes`),
      ...validatePatterns(rule.onPodConditions ?? [], `${at}.onPodConditions`),
      ...validateOneSource(rule, at),
    ]),
  ];
}

const validateAction = (action: string, { backoffLimitPerIndex }: Spec, field: string): readonly Cause[] =>
  action === "FailIndex"
    ? when(
        backoffLimitPerIndex === undefined,
        cause.invalid(field, action, "requires the backoffLimitPerIndex to be set"),
      )
    : validateWord(action, actions, field);

function validateOneSource({ onExitCodes, onPodConditions = [] }: FailureRule, at: string): readonly Cause[] {
  const hasConditions = onPodConditions.length > 0;
  if ((onExitCodes !== undefined) !== hasConditions) return [];
  return [
    cause.invalidWhole(
      at,
      hasConditions
        ? "specifying both OnExitCodes and OnPodConditions is not supported"
        : "specifying one of OnExitCodes and OnPodConditions is required",
    ),
  ];
}

const validatePatterns = (
  patterns: NonNullable<FailureRule["onPodConditions"]>,
  field: string,
): readonly Cause[] => [
  ...validateNumber(patterns, patternsMax, field),
  ...each(patterns, field, ({ type = "", status = "" }, at) => [
    ...checked(qualifiedName, type, `${at}.type`),
    ...validateWord(status, statuses, `${at}.status`),
  ]),
];

function validateExitCodes(
  codes: FailureRule["onExitCodes"],
  names: ReadonlySet<string>,
  field: string,
): readonly Cause[] {
  if (codes === undefined) return [];
  const { operator = "", containerName, values = [] } = codes;
  return [
    ...validateWord(operator, operators, `${field}.operator`),
    ...when(
      containerName !== undefined && !names.has(containerName),
      cause.invalid(
        `${field}.containerName`,
        containerName,
        "must be one of the container or initContainer names in the pod template",
      ),
    ),
    ...when(values.length === 0, cause.invalid(`${field}.values`, values, "at least one value is required")),
    ...validateNumber(values, exitCodesMax, `${field}.values`),
    ...each(values, `${field}.values`, (value, at, i) => [
      ...when(
        operator === "In" && value === 0,
        cause.invalid(at, value, "must not be 0 for the In operator"),
      ),
      ...when(values.indexOf(value) < i, cause.duplicate(at, value)),
    ]),
    ...when(
      values.some((value, i) => i > 0 && (values[i - 1] ?? value) > value),
      cause.invalid(`${field}.values`, values, "must be ordered"),
    ),
  ];
}

export function validateSuccessPolicy(
  { successPolicy, completionMode, completions = 0 }: Spec,
  field: string,
): readonly Cause[] {
  if (successPolicy === undefined) return [];
  if (completionMode !== "Indexed")
    return [cause.invalid(field, successPolicy, "requires indexed completion mode")];
  const { rules = [] } = successPolicy;
  return [
    ...when(
      rules.length === 0,
      cause.required(
        `${field}.rules`,
        "at least one rules must be specified when the successPolicy is specified",
      ),
    ),
    ...validateNumber(rules, rulesMax, `${field}.rules`),
    ...each(rules, `${field}.rules`, (rule, at) => validateSuccessRule(rule, completions, at)),
  ];
}

function validateSuccessRule(
  { succeededIndexes: indexes, succeededCount: count }: Received<SuccessPolicyRule>,
  completions: number,
  at: string,
): readonly Cause[] {
  if (indexes === undefined && count === undefined)
    return [cause.required(at, "at least one of succeededCount or succeededIndexes must be specified")];
  const parsed = parseIndexes(indexes ?? "", completions);
  const total = "problem" in parsed ? 0 : indexCount(parsed.intervals);
  const countField = `${at}.succeededCount`;
  const tooLarge = (most: number, what: string) =>
    cause.invalid(countField, count, `must be less than or equal to ${most} (${what})`);
  return [
    ...when(
      (indexes ?? "").length > indexesBytesMax,
      cause.tooLong(`${at}.succeededIndexes`, indexesBytesMax),
    ),
    ...("problem" in parsed
      ? [
          cause.invalid(
            `${at}.succeededIndexes`,
            indexes,
            `error parsing succeededIndexes: ${parsed.problem}`,
          ),
        ]
      : []),
    ...validateNotNegative(count, countField),
    ...when((count ?? 0) > completions, tooLarge(completions, "the number of specified completions")),
    ...when(
      indexes !== undefined && (count ?? 0) > total,
      tooLarge(total, "the number of indexes in the specified succeededIndexes field"),
    ),
  ];
}
