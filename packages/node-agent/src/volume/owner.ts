/** Whose files a pod's volumes are. Pure. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import { containersOf } from "./spec.ts";

/** The user of all containers; undefined when nobody says, or when they differ. */
export function fsUserOf(pod: Pod): number | undefined {
  const general = pod.spec.securityContext?.runAsUser;
  const users = new Set(
    containersOf(pod).map(({ securityContext }) => securityContext?.runAsUser ?? general),
  );
  const [user] = users;
  return users.size === 1 ? user : undefined;
}

export const fsGroupOf = ({ spec }: Pod): number | undefined => spec.securityContext?.fsGroup;
