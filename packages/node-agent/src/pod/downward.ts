/** What a pod tells its own containers about itself: fields, and resources with their divisor. Pure. */
import { parseQuantity } from "@kubus/shared/api/quantity.ts";
import type { Container, Pod, ResourceList } from "@kubus/shared/api/pod.ts";

export interface ResourceFieldRef {
  readonly resource: string;
  readonly containerName?: string;
  readonly divisor?: string;
}

const one = 1_000_000_000n;
const subscript = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** A field of its metadata; undefined when there is no such field. Maps have a line for each key. */
export function metadataField(path: string, { metadata }: Pod): string | undefined {
  const [, map, key] = subscript.exec(path) ?? [];
  if (key !== undefined) return metadata[map === "labels" ? "labels" : "annotations"]?.[key] ?? "";
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "metadata.labels": linesOf(metadata.labels),
    "metadata.annotations": linesOf(metadata.annotations),
  };
  return fields[path];
}

const linesOf = (map: Readonly<Record<string, string>> = {}) =>
  Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");

/** In units of the divisor, rounded up. A limit that is not set is all that pods may have on this board. */
export function resourceField(
  { resource: path, divisor = "0" }: ResourceFieldRef,
  { resources }: Container,
  allocatable: ResourceList = {},
): string {
  const [list, ...words] = path.split(".");
  const resource = words.join(".");
  const text =
    list === "limits"
      ? (resources?.limits?.[resource] ?? allocatable[resource])
      : resources?.requests?.[resource];
  const amount = text === undefined ? 0n : (parseQuantity(text) ?? 0n);
  const given = parseQuantity(divisor) ?? 0n;
  const unit = given === 0n ? one : given;
  return String((amount + unit - 1n) / unit);
}
