/** The rules of limit ranges (core validation): names of types and resources, and amounts in their order. Pure. */
import type { LimitRange, LimitRangeItem } from "@kubus/shared/api/core.ts";
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { qualifiedName } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { each, when } from "../../rules.ts";
import {
  allowsOvercommit,
  compareAmounts,
  shownAmount,
  validateContainerResourceName,
  validateResourceName,
  type Amounts,
} from "../quantities.ts";

type Item = Received<LimitRangeItem>;
const types = ["Container", "PersistentVolumeClaim", "Pod"];
const bounds = ["max", "min", "default", "defaultRequest"] as const;
const one = 1_000_000_000n;

export function validateLimitRange({ spec }: Received<LimitRange>): readonly Cause[] {
  const limits = spec?.limits ?? [];
  return each(limits, "spec.limits", (item, at, index) => [
    ...validateType(item.type ?? "", `${at}.type`),
    ...when(
      limits.slice(0, index).some(({ type = "" }) => type === (item.type ?? "")),
      cause.duplicate(`${at}.type`, item.type ?? ""),
    ),
    ...validateNames(item, at),
    ...validateOrder(item, at),
  ]);
}

function validateType(type: string, field: string): readonly Cause[] {
  const wrong = qualifiedName(type);
  if (wrong !== undefined) return [cause.invalid(field, type, wrong)];
  const isKnown = type.includes("/") || types.includes(type);
  return when(!isKnown, cause.invalid(field, type, "must be a standard limit type or fully qualified"));
}

function validateNames(item: Item, at: string): readonly Cause[] {
  const isPod = item.type === "Pod";
  const isClaim = item.type === "PersistentVolumeClaim";
  const rule = isPod || item.type === "Container" ? validateContainerResourceName : validateResourceName;
  const namesIn = (part: (typeof bounds)[number] | "maxLimitRequestRatio") =>
    Object.keys(item[part] ?? {}).flatMap((name) => rule(name, `${at}.${part}[${name}]`));
  const notForPods = (part: "default" | "defaultRequest") =>
    Object.keys(item[part] ?? {}).length === 0
      ? []
      : [cause.forbidden(`${at}.${part}`, "may not be specified when `type` is 'Pod'")];
  return [
    ...namesIn("max"),
    ...namesIn("min"),
    ...(isPod ? notForPods("default") : namesIn("default")),
    ...(isPod ? notForPods("defaultRequest") : namesIn("defaultRequest")),
    ...when(
      isClaim && item.min?.["storage"] === undefined && item.max?.["storage"] === undefined,
      cause.required(
        `${at}.limits`,
        "either minimum or maximum storage value is required, but neither was provided",
      ),
    ),
    ...namesIn("maxLimitRequestRatio"),
  ];
}

/** Pairs of bounds that must not be the wrong way round, in Kubernetes' order and words. */
const pairs = [
  { low: "min", high: "max", at: "min", lowWord: "min", highWord: "max" },
  { low: "min", high: "defaultRequest", at: "defaultRequest", lowWord: "min", highWord: "default request" },
  { low: "defaultRequest", high: "max", at: "defaultRequest", lowWord: "default request", highWord: "max" },
  {
    low: "defaultRequest",
    high: "default",
    at: "defaultRequest",
    lowWord: "default request",
    highWord: "default limit",
  },
  { low: "min", high: "default", at: "default", lowWord: "min", highWord: "default" },
  { low: "default", high: "max", at: "default", lowWord: "default", highWord: "max" },
] as const;

function validateOrder(item: Item, at: string): readonly Cause[] {
  const said: Item = item.type === "Pod" ? { ...item, default: undefined, defaultRequest: undefined } : item;
  const names = new Set(
    [...bounds, "maxLimitRequestRatio" as const].flatMap((part) => Object.keys(said[part] ?? {})),
  );
  return [...names].flatMap((name) => [
    ...pairs.flatMap((pair) => {
      const [low, high] = [said[pair.low]?.[name], said[pair.high]?.[name]];
      if (low === undefined || high === undefined || compareAmounts(low, high) <= 0) return [];
      const why = `${pair.lowWord} value ${shownAmount(low)} is greater than ${pair.highWord} value ${shownAmount(high)}`;
      const value = pair.at === "default" ? (pair.low === "min" ? low : high) : (said[pair.at]?.[name] ?? "");
      return [cause.invalid(`${at}.${pair.at}[${name}]`, shownAmount(value), why)];
    }),
    ...validateRatio(said, name, at),
    ...validateEqual(said, name, at),
  ]);
}

function validateRatio(item: Item, name: string, at: string): readonly Cause[] {
  const ratio = item.maxLimitRequestRatio?.[name];
  const billionths = ratio === undefined ? undefined : parseQuantity(ratio);
  if (ratio === undefined || billionths === undefined) return [];
  const field = `${at}.maxLimitRequestRatio[${name}]`;
  const [least, most] = [amount(item.min, name), amount(item.max, name)];
  const possible = least === undefined || most === undefined ? undefined : Number(most) / Number(least);
  return [
    ...when(
      billionths < one,
      cause.invalid(field, shownAmount(ratio), `ratio ${shownAmount(ratio)} is less than 1`),
    ),
    ...(possible !== undefined && Number(billionths) / Number(one) > possible
      ? [
          cause.invalid(
            field,
            shownAmount(ratio),
            `ratio ${shownAmount(ratio)} is greater than max/min = ${possible.toFixed(6)}`,
          ),
        ]
      : []),
  ];
}

/** What may not be promised twice is asked for exactly as it is limited. */
function validateEqual(item: Item, name: string, at: string): readonly Cause[] {
  const [limit, request] = [item.default?.[name], item.defaultRequest?.[name]];
  if (allowsOvercommit(name) || limit === undefined || request === undefined) return [];
  const why = `default value ${shownAmount(limit)} must equal to defaultRequest value ${shownAmount(request)} in ${name}`;
  return when(
    compareAmounts(limit, request) !== 0,
    cause.invalid(`${at}.defaultRequest[${name}]`, shownAmount(request), why),
  );
}

const amount = (amounts: Amounts | undefined, name: string): bigint | undefined => {
  const text = amounts?.[name];
  return text === undefined ? undefined : parseQuantity(text);
};
