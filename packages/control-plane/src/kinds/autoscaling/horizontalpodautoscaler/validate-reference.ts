/** The rules of a reference to an object of whatever version: kind and name, as they stand in paths. Pure. */
import type { CrossVersionObjectReference } from "@kubus/shared/api/autoscaling.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { pathSegmentName } from "../../../api/names.ts";
import type { Received } from "../../received.ts";
import { checkedName } from "../../rules.ts";

export const validateReference = (
  { kind, name }: Received<CrossVersionObjectReference>,
  field: string,
): readonly Cause[] => [
  ...checkedName(pathSegmentName, kind, `${field}.kind`),
  ...checkedName(pathSegmentName, name, `${field}.name`),
];
