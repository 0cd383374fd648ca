/** ResourceQuota: how much all of a namespace may hold together. */
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { ageColumn, nameColumn } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import type { Received } from "../../received.ts";
import { shownAmount } from "../quantities.ts";
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from "./validate.ts";

export const resourceQuotaKind = defineKind<ResourceQuota>({
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  shortNames: ["quota"],
  owner: "quota controller",
  subresources: ["status"],
  columns: [
    nameColumn,
    { name: "Request", type: "string", of: (quota) => usageText(quota, false) },
    { name: "Limit", type: "string", of: (quota) => usageText(quota, true) },
    ageColumn,
  ],
  setDefaults: (quota: Received<ResourceQuota>) => ({ ...quota, spec: quota.spec ?? {} }) as ResourceQuota,
  prepareForCreate: (quota) => ({ ...quota, status: {} }),
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  validateStatusUpdate: validateResourceQuotaStatus,
});

/** `pods: 1/10, requests.cpu: 100m/1`; limits have a column of their own. */
function usageText({ status }: ResourceQuota, wantsLimits: boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .filter((resource) => resource.startsWith("limits.") === wantsLimits)
    .sort()
    .map(
      (resource) =>
        `${resource}: ${shownAmount(used[resource] ?? "0")}/${shownAmount(hard[resource] ?? "0")}`,
    )
    .join(", ");
}
