/**
 * Writes one pod's status: what the scribe machine does when it writes.
 *
 * Compares with the newest that is known of the API's own copy and sends nothing that is equal. The uid goes along,
 * so that a successor of the same name is never touched.
 */
import { isDeepStrictEqual } from "node:util";
import type { Pod, PodStatus } from "@kubus/shared/api/pod.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import type { Api } from "../ports/api.ts";
import { namespaceOf } from "./plan.ts";

export interface StatusDesk {
  readonly api: Pick<Api, "patch">;
  /** The API's copy as the agent's mirror has it; undefined while it is unknown or no longer there. */
  readonly known: () => Pod | undefined;
  /** The status as it should be, given what stands there; undefined: nothing to tell yet. */
  readonly wanted: (before: PodStatus) => PodStatus | undefined;
}

export const podPath = (pod: Pod): string =>
  `/api/v1/namespaces/${namespaceOf(pod)}/pods/${pod.metadata.name}`;

/** A function that brings the API up to date once; rejects when the API did not take it. */
export function statusWriter({ api, known, wanted }: StatusDesk): () => Promise<void> {
  let written: Pod | undefined;
  return async () => {
    const pod = newest(known(), written);
    if (pod === undefined) return;
    const status = wanted(pod.status ?? {});
    if (status === undefined) return;
    const change = changeOf(pod.status ?? {}, status);
    if (change === undefined) return;
    const patch = { metadata: { uid: pod.metadata.uid }, status: change };
    try {
      written = await api.patch<Pod>(`${podPath(pod)}/status`, patch, "merge");
    } catch (error) {
      // It is gone, or another pod has its name by now: there is no status to write any more.
      if (!isRefusal(error, "notFound", "conflict")) throw error;
    }
  };
}

/** The mirror may lag behind our own last write. */
function newest(known: Pod | undefined, written: Pod | undefined): Pod | undefined {
  if (known === undefined || written === undefined) return known;
  return Number(written.metadata.resourceVersion) > Number(known.metadata.resourceVersion) ? written : known;
}

/** The fields of `wanted` that differ, as a merge patch; fields of ours that are no longer true become null. */
export function changeOf(before: PodStatus, wanted: PodStatus): Record<string, unknown> | undefined {
  const now = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(wanted).filter(([name, value]) => !isDeepStrictEqual(now.get(name), value));
  const fields: Record<string, unknown> = wanted as Record<string, unknown>;
  const ended = ownOptional.filter((name) => now.has(name) && fields[name] === undefined);
  if (changed.length === 0 && ended.length === 0) return undefined;
  return { ...Object.fromEntries(ended.map((name) => [name, null])), ...Object.fromEntries(changed) };
}

/** Fields that this agent writes only while they apply. */
const ownOptional = ["reason", "message", "podIP", "podIPs"] as const;
