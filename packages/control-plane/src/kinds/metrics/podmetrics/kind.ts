/** PodMetrics: what each container of a pod uses, as the pod's agent measured it. Never stored. */
import type { PodMetrics } from "@kubus/shared/api/metrics.ts";
import { defineKind } from "../../define-kind.ts";
import { metricsRow, usageColumns } from "../row.ts";

export const podMetricsKind = defineKind<PodMetrics>({
  ...metricsRow("PodMetrics"),
  plural: "pods",
  columns: usageColumns(({ containers }) => containers.map(({ usage }) => usage)),
});
