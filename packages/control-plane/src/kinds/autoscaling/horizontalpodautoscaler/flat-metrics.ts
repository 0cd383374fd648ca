/**
 * Metrics as they were told before autoscaling/v2beta2: targets are fields of their source, and their type shows in
 * which of them are there. autoscaling/v2beta1 has them in its spec, autoscaling/v1 in annotations. Pure, lossless.
 */
import type {
  CrossVersionObjectReference,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValue,
} from "@kubus/shared/api/autoscaling.ts";
import type { LabelSelector } from "@kubus/shared/api/meta.ts";

interface FlatResource {
  readonly name?: string;
  readonly container?: string;
  readonly targetAverageUtilization?: number;
  readonly targetAverageValue?: string;
  readonly currentAverageUtilization?: number;
  readonly currentAverageValue?: string;
}

/** A metric's wish, or its state: the names of the amounts differ, the rest does not. */
export interface FlatMetric {
  readonly type?: string;
  readonly object?: {
    readonly target?: CrossVersionObjectReference;
    readonly metricName?: string;
    readonly selector?: LabelSelector;
    readonly targetValue?: string;
    readonly currentValue?: string;
    readonly averageValue?: string;
  };
  readonly pods?: {
    readonly metricName?: string;
    readonly selector?: LabelSelector;
    readonly targetAverageValue?: string;
    readonly currentAverageValue?: string;
  };
  readonly external?: {
    readonly metricName?: string;
    readonly metricSelector?: LabelSelector;
    readonly targetValue?: string;
    readonly currentValue?: string;
    readonly targetAverageValue?: string;
    readonly currentAverageValue?: string;
  };
  readonly resource?: FlatResource;
  readonly containerResource?: FlatResource;
}

/** `object` without what is undefined. */
const said = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** `change` of a source that is there. */
const of = <Source>(source: Source | undefined, change: (source: Source) => object): object | undefined =>
  source === undefined ? undefined : said(change(source));

const identifier = (name: string | undefined, selector: LabelSelector | undefined): object =>
  said({ name, selector });

/** Beside an average, a plain amount of nothing is Go's way of not saying it. */
const plainAmount = (value: string | undefined, average: string | undefined): string | undefined =>
  value === "0" && average !== undefined ? undefined : value;

const valueTarget = (value: string | undefined, averageValue: string | undefined): object =>
  said({
    type: averageValue === undefined ? "Value" : "AverageValue",
    value: plainAmount(value, averageValue),
    averageValue,
  });

const resourceTarget = (percent: number | undefined, averageValue: string | undefined): object =>
  said({
    type: percent === undefined ? "AverageValue" : "Utilization",
    averageValue,
    averageUtilization: percent,
  });

export const specOfFlat = ({ type, ...flat }: FlatMetric): MetricSpec =>
  said({
    type,
    object: of(flat.object, (object) => ({
      describedObject: object.target,
      metric: identifier(object.metricName, object.selector),
      target: valueTarget(object.targetValue, object.averageValue),
    })),
    pods: of(flat.pods, (pods) => ({
      metric: identifier(pods.metricName, pods.selector),
      target: said({ type: "AverageValue", averageValue: pods.targetAverageValue }),
    })),
    external: of(flat.external, (external) => ({
      metric: identifier(external.metricName, external.metricSelector),
      target: valueTarget(external.targetValue, external.targetAverageValue),
    })),
    resource: of(flat.resource, resourceSpec),
    containerResource: of(flat.containerResource, resourceSpec),
  }) as MetricSpec;

const resourceSpec = ({
  name,
  container,
  targetAverageUtilization,
  targetAverageValue,
}: FlatResource): object => ({
  name,
  container,
  target: resourceTarget(targetAverageUtilization, targetAverageValue),
});

export const statusOfFlat = ({ type, ...flat }: FlatMetric): MetricStatus =>
  said({
    type,
    object: of(flat.object, (object) => ({
      describedObject: object.target,
      metric: identifier(object.metricName, object.selector),
      current: currentOf({
        value: plainAmount(object.currentValue, object.averageValue),
        averageValue: object.averageValue,
      }),
    })),
    pods: of(flat.pods, (pods) => ({
      metric: identifier(pods.metricName, pods.selector),
      current: currentOf({ averageValue: pods.currentAverageValue }),
    })),
    external: of(flat.external, (external) => ({
      metric: identifier(external.metricName, external.metricSelector),
      current: currentOf({
        value: plainAmount(external.currentValue, external.currentAverageValue),
        averageValue: external.currentAverageValue,
      }),
    })),
    resource: of(flat.resource, resourceStatus),
    containerResource: of(flat.containerResource, resourceStatus),
  }) as MetricStatus;

const currentOf = (amounts: { readonly [Key in keyof MetricValue]: MetricValue[Key] | undefined }): object =>
  said(amounts);

const resourceStatus = ({
  name,
  container,
  currentAverageUtilization: averageUtilization,
  currentAverageValue: averageValue,
}: FlatResource): object => ({ name, container, current: currentOf({ averageValue, averageUtilization }) });

/** What both forms of a metric have, and the amounts under their names in the flat form. */
type Amounts = (amounts: MetricTarget | MetricValue) => object;

const flat = (metric: Parts, amountsOf: FlatAmounts): FlatMetric => {
  const { type, object, pods, external, resource, containerResource } = metric;
  const ofResource = ({ name, container, ...rest }: ResourcePart): object => ({
    name,
    container,
    ...amountsOf.resource(amountIn(rest)),
  });
  return said({
    type,
    object: of(object, ({ describedObject, metric: { name, selector }, ...rest }) => ({
      target: describedObject,
      metricName: name,
      selector,
      ...amountsOf.object(amountIn(rest)),
    })),
    pods: of(pods, ({ metric: { name, selector }, ...rest }) => ({
      metricName: name,
      selector,
      ...amountsOf.pods(amountIn(rest)),
    })),
    external: of(external, ({ metric: { name, selector }, ...rest }) => ({
      metricName: name,
      metricSelector: selector,
      ...amountsOf.external(amountIn(rest)),
    })),
    resource: of(resource, ofResource),
    containerResource: of(containerResource, ofResource),
  });
};

interface Amount {
  readonly target?: MetricTarget;
  readonly current?: MetricValue;
}
interface ResourcePart extends Amount {
  readonly name: string;
  readonly container?: string;
}
interface Parts {
  readonly type: string;
  readonly object?: Amount & {
    readonly describedObject: CrossVersionObjectReference;
    readonly metric: MetricIdentifier;
  };
  readonly pods?: Amount & { readonly metric: MetricIdentifier };
  readonly external?: Amount & { readonly metric: MetricIdentifier };
  readonly resource?: ResourcePart;
  readonly containerResource?: ResourcePart;
}
type FlatAmounts = Readonly<Record<"object" | "pods" | "external" | "resource", Amounts>>;

const amountIn = ({ target, current }: Amount): MetricTarget | MetricValue => target ?? current ?? {};

export const flatSpec = (metric: MetricSpec): FlatMetric =>
  flat(metric, {
    object: ({ value, averageValue }) => said({ targetValue: value, averageValue }),
    pods: ({ averageValue }) => said({ targetAverageValue: averageValue }),
    external: ({ value, averageValue }) => said({ targetValue: value, targetAverageValue: averageValue }),
    resource: ({ averageUtilization, averageValue }) =>
      said({ targetAverageUtilization: averageUtilization, targetAverageValue: averageValue }),
  });

export const flatStatus = (metric: MetricStatus): FlatMetric =>
  flat(metric, {
    object: ({ value, averageValue }) => said({ currentValue: value, averageValue }),
    pods: ({ averageValue }) => said({ currentAverageValue: averageValue }),
    external: ({ value, averageValue }) => said({ currentValue: value, currentAverageValue: averageValue }),
    resource: ({ averageUtilization, averageValue }) =>
      said({ currentAverageUtilization: averageUtilization, currentAverageValue: averageValue }),
  });
