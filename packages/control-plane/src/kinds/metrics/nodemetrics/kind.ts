/** NodeMetrics: what a node uses, as its agent measured it. Never stored. */
import type { NodeMetrics } from "@kubus/shared/api/metrics.ts";
import { defineKind } from "../../define-kind.ts";
import { metricsRow, usageColumns } from "../row.ts";

export const nodeMetricsKind = defineKind<NodeMetrics>({
  ...metricsRow("NodeMetrics"),
  plural: "nodes",
  scope: "Cluster",
  columns: usageColumns(({ usage }) => [usage]),
});
