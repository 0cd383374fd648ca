/** Whether amounts lie within one item of a limit range, and Kubernetes' words when they do not. Pure. */
import type { LimitRangeItem } from "@kubus/shared/api/core.ts";
import type { ResourceList } from "@kubus/shared/api/pod.ts";
import { amountOf, shown, type Amount, type Amounts } from "./amounts.ts";

const bounds = (list: ResourceList | undefined): readonly (readonly [string, Amount])[] =>
  Object.entries(list ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, text]) => [resource, amountOf(text)] as const);

export const checkMin = ({ type, min }: LimitRangeItem, requests: Amounts, limits: Amounts) =>
  bounds(min).flatMap(([resource, bound]) => {
    const [request, limit] = [requests[resource], limits[resource]];
    const rule = `minimum ${resource} usage per ${type} is ${shown(bound)}`;
    if (request === undefined) return [`${rule}.  No request is specified`];
    if (request.billionths < bound.billionths) return [`${rule}, but request is ${shown(request)}`];
    return limit !== undefined && limit.billionths < bound.billionths
      ? [`${rule}, but limit is ${shown(limit)}`]
      : [];
  });

export const checkMax = ({ type, max }: LimitRangeItem, requests: Amounts, limits: Amounts) =>
  bounds(max).flatMap(([resource, bound]) => {
    const [request, limit] = [requests[resource], limits[resource]];
    const rule = `maximum ${resource} usage per ${type} is ${shown(bound)}`;
    if (limit === undefined) return [`${rule}.  No limit is specified`];
    if (limit.billionths > bound.billionths) return [`${rule}, but limit is ${shown(limit)}`];
    return request !== undefined && request.billionths > bound.billionths
      ? [`${rule}, but request is ${shown(request)}`]
      : [];
  });

/** For what has requests only: claims. */
export const checkRequestMax = ({ type, max }: LimitRangeItem, requests: Amounts) =>
  bounds(max).flatMap(([resource, bound]) => {
    const request = requests[resource];
    const rule = `maximum ${resource} usage per ${type} is ${shown(bound)}`;
    if (request === undefined) return [`${rule}.  No request is specified`];
    return request.billionths > bound.billionths ? [`${rule}, but request is ${shown(request)}`] : [];
  });

export const checkRatio = (
  { type, maxLimitRequestRatio }: LimitRangeItem,
  requests: Amounts,
  limits: Amounts,
) =>
  bounds(maxLimitRequestRatio).flatMap(([resource, bound]) => {
    const [request, limit] = [requests[resource]?.billionths ?? 0n, limits[resource]?.billionths ?? 0n];
    const rule = `${resource} max limit to request ratio per ${type} is ${shown(bound)}`;
    if (request === 0n) return [`${rule}, but no request is specified or request is 0`];
    if (limit === 0n) return [`${rule}, but no limit is specified or limit is 0`];
    const isWithin = limit * 1_000_000_000n <= bound.billionths * request;
    return isWithin ? [] : [`${rule}, but provided ratio is ${(Number(limit) / Number(request)).toFixed(6)}`];
  });
