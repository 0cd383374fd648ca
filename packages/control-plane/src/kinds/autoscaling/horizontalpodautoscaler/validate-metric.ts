/** The rules of one metric: exactly one source, of the type it names, with a target that fits. Pure. */
import type { MetricIdentifier, MetricSpec, MetricTarget } from "@kubus/shared/api/autoscaling.ts";
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { dnsLabel, pathSegmentName, qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { checked, when } from "../../rules.ts";
import { validateReference } from "./validate-reference.ts";

type Metric = Received<MetricSpec>;
type Target = Received<MetricTarget>;

const types = ["ContainerResource", "External", "Object", "Pods", "Resource"];
/** In the order in which Kubernetes looks at them: only the first one that is there is looked into. */
const sources = ["object", "external", "pods", "resource", "containerResource"] as const;
type Source = (typeof sources)[number];

const sourceOf = (type: string): Source | undefined =>
  sources.find((source) => source.toLowerCase() === type.toLowerCase() && types.includes(type));

export function validateMetric(metric: Metric, at: string): readonly Cause[] {
  const { type = "" } = metric;
  const expected = sourceOf(type);
  const present = sources.filter((source) => metric[source] !== undefined);
  const [first] = present;
  const unknown = cause.notSupported(`${at}.type`, type, types);
  return [
    ...when(type === "", cause.required(`${at}.type`, "must specify a metric source type")),
    ...when(expected === undefined, unknown),
    ...(first === undefined ? [] : checks[first](metric, `${at}.${first}`)),
    ...(expected === undefined
      ? [unknown]
      : when(
          metric[expected] === undefined,
          cause.required(`${at}.${expected}`, "must populate information for the given metric source"),
        )),
    ...(present.length === 1 ? [] : present.filter((source) => source !== expected)).map((source) =>
      cause.forbidden(`${at}.${source}`, "must populate the given metric source only"),
    ),
  ];
}

const checks: Readonly<Record<Source, (metric: Metric, at: string) => readonly Cause[]>> = {
  object: ({ object: { describedObject = {}, metric = {}, target = {} } = {} }, at) => [
    ...validateReference(describedObject, `${at}.describedObject`),
    ...validateIdentifier(metric, `${at}.metric`),
    ...validateTarget(target, `${at}.target`),
    ...when(
      target.value === undefined && target.averageValue === undefined,
      cause.required(`${at}.target.averageValue`, "must set either a target value or averageValue"),
    ),
  ],
  external: ({ external: { metric = {}, target = {} } = {} }, at) => [
    ...validateIdentifier(metric, `${at}.metric`),
    ...validateTarget(target, `${at}.target`),
    ...when(
      target.value === undefined && target.averageValue === undefined,
      cause.required(
        `${at}.target.averageValue`,
        "must set either a target value for metric or a per-pod target",
      ),
    ),
    ...when(
      target.value !== undefined && target.averageValue !== undefined,
      cause.forbidden(
        `${at}.target.value`,
        "may not set both a target value for metric and a per-pod target",
      ),
    ),
  ],
  pods: ({ pods: { metric = {}, target = {} } = {} }, at) => [
    ...validateIdentifier(metric, `${at}.metric`),
    ...validateTarget(target, `${at}.target`),
    ...when(
      target.averageValue === undefined,
      cause.required(`${at}.target.averageValue`, "must specify a positive target averageValue"),
    ),
  ],
  resource: ({ resource: { name = "", target = {} } = {} }, at) => [
    ...when(name === "", cause.required(`${at}.name`, "must specify a resource name")),
    ...validateResourceTarget(target, `${at}.target`),
  ],
  containerResource: ({ containerResource: { name = "", container = "", target = {} } = {} }, at) => [
    ...(name === ""
      ? [cause.required(`${at}.name`, "must specify a resource name")]
      : validateResourceName(name, `${at}.name`)),
    ...(container === ""
      ? [cause.required(`${at}.container`, "must specify a container")]
      : checked(dnsLabel, container, `${at}.container`)),
    ...validateResourceTarget(target, `${at}.target`),
  ],
};

const standardResources = ["cpu", "memory", "ephemeral-storage"];

function validateResourceName(name: string, field: string): readonly Cause[] {
  const wrong = checked(qualifiedName, name, field);
  const isKnown = name.includes("/") || name.startsWith("hugepages-") || standardResources.includes(name);
  return wrong.length > 0
    ? wrong
    : when(!isKnown, cause.invalid(field, name, "must be a standard resource for containers"));
}

const validateIdentifier = ({ name = "" }: Received<MetricIdentifier>, at: string): readonly Cause[] =>
  name === ""
    ? [cause.required(`${at}.name`, "must specify a metric name")]
    : checked(pathSegmentName, name, `${at}.name`);

const validateResourceTarget = (target: Target, at: string): readonly Cause[] => [
  ...validateTarget(target, at),
  ...when(
    target.averageUtilization === undefined && target.averageValue === undefined,
    cause.required(`${at}.averageUtilization`, "must set either a target raw value or a target utilization"),
  ),
  ...when(
    target.averageUtilization !== undefined && target.averageValue !== undefined,
    cause.forbidden(`${at}.averageValue`, "may not set both a target raw value and a target utilization"),
  ),
];

function validateTarget(target: Target, at: string): readonly Cause[] {
  const { type = "", averageUtilization: percent } = target;
  return [
    ...when(type === "", cause.required(`${at}.type`, "must specify a metric target type")),
    ...when(
      !["Utilization", "Value", "AverageValue"].includes(type),
      cause.invalid(`${at}.type`, type, "must be either Utilization, Value, or AverageValue"),
    ),
    ...(["value", "averageValue"] as const).flatMap((name) => {
      const amount = target[name];
      const isPositive = amount === undefined || (parseQuantity(amount) ?? 0n) > 0n;
      return when(!isPositive, cause.invalid(`${at}.${name}`, amount, "must be positive"));
    }),
    ...when(
      percent !== undefined && percent < 1,
      cause.invalid(`${at}.averageUtilization`, percent, "must be greater than 0"),
    ),
  ];
}
