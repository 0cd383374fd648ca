/** What the checks of the pod security standards are made of. Pure. */
import type { Container, Pod } from "@kubus/shared/api/pod.ts";

export type Level = "privileged" | "baseline" | "restricted";

/** What of a pod counts. */
export type Checked = Pick<Pod, "spec"> & { readonly metadata?: Pick<Pod["metadata"], "annotations"> };

export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** `minor`: the minor version of the standard, infinite for the newest. */
export type Check = (pod: Checked, minor: number) => Violation | undefined;

export const containersOf = ({ spec }: Checked): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
  ...(spec.ephemeralContainers ?? []),
];

export type Volume = { readonly name: string } & Readonly<Record<string, unknown>>;

export const volumesOf = ({ spec }: Checked): readonly Volume[] => (spec.volumes ?? []) as readonly Volume[];
