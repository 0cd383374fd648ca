/** What the rows of metrics.k8s.io have in common. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { ResourceList } from "@kubus/shared/api/pod.ts";
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import { nameColumn } from "../columns.ts";
import type { Column } from "../kind.ts";
import { binaryQuantity, coresQuantity } from "./amounts.ts";

export const metricsRow = (kind: string) =>
  ({
    group: "metrics.k8s.io",
    version: "v1beta1",
    kind,
    schema: `io.k8s.metrics.pkg.apis.metrics.v1beta1.${kind}`,
    storage: "none",
    verbs: ["get", "list"],
    owner: "nobody: it is not stored",
  }) as const;

/** Columns as the metrics server prints them: sums over the containers. */
export function usageColumns<T extends KubeObject & { readonly window: string }>(
  usagesOf: (object: T) => readonly ResourceList[],
): readonly Column<T>[] {
  const sum = (object: T, resource: string) =>
    usagesOf(object).reduce((total, usage) => total + (parseQuantity(usage[resource] ?? "0") ?? 0n), 0n);
  const column = (name: string, textOf: (billionths: bigint) => string): Column<T> => ({
    name,
    type: "string",
    format: "quantity",
    of: (object) => textOf(sum(object, name)),
  });
  return [
    { ...nameColumn, description: "Name of the resource" },
    column("cpu", coresQuantity),
    column("memory", (billionths) => binaryQuantity(billionths / 1_000_000_000n)),
    { name: "Window", type: "string", format: "duration", of: ({ window }) => window },
  ];
}
