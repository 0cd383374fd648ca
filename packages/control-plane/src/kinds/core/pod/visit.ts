/** All containers of a pod, in the order in which Kubernetes visits them. Pure. */
import type { Container, PodSpec } from "@kubus/shared/api/pod.ts";
import type { Received } from "../../received.ts";

export interface Visited {
  readonly container: Received<Container>;
  /** `spec.containers[0]` */
  readonly at: string;
}

export const visitContainers = (spec: Received<PodSpec>, field: string): readonly Visited[] =>
  (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, i) => ({ container, at: `${field}.${list}[${i}]` })),
  );
