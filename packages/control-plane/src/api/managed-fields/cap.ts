/** Not more than ten managers that update: the oldest become one, `ancient-changes`, for each version. Pure. */
import { isOf, newEntry, type ManagedFieldsEntry, type Writer } from "./entry.ts";
import { union } from "./field-set.ts";

/** Kubernetes' own limit. */
export const updateManagersMax = 10;
export const ancientChanges = "ancient-changes";

export function capped(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const updaters = entries.filter(({ operation }) => operation === "Update");
  let excess = updaters.length - updateManagersMax;
  if (excess <= 0) return entries;
  const oldest = [...updaters].sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? -1 : 1));
  let all = entries;
  const firsts = new Map<string, ManagedFieldsEntry>();
  for (const entry of oldest) {
    if (excess <= 0) break;
    const target = all.find((other) => isOf(other, bucketOf(entry))) ?? firsts.get(entry.apiVersion);
    if (target === undefined) firsts.set(entry.apiVersion, entry);
    if (target === undefined || target === entry) continue;
    all = [...all.filter((other) => other !== target && other !== entry), merged(target, entry)];
    excess -= 1;
  }
  return all;
}

const bucketOf = ({ apiVersion }: ManagedFieldsEntry): Writer => ({
  manager: ancientChanges,
  operation: "Update",
  apiVersion,
});

/** Both as one, as young as the younger. */
function merged(a: ManagedFieldsEntry, b: ManagedFieldsEntry): ManagedFieldsEntry {
  const time = (a.time ?? "") > (b.time ?? "") ? a.time : b.time;
  return newEntry(bucketOf(b), union(a.fieldsV1, b.fieldsV1), time);
}
