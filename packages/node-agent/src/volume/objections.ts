/** What of a pod's volumes this agent cannot do: one sentence each. Pure. */
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import { mountsOf, volumesOf } from "./spec.ts";
import { planOf } from "./types.ts";

/** `canMount`: whether the board's runtime mounts anything into containers at all. */
export function volumeObjections(pod: Pod, canMount: boolean): readonly string[] {
  const volumes = volumesOf(pod);
  if (volumes.length > 0 && !canMount)
    return [`This board runs without root and cannot mount volumes: ${volumes.map(named).join(", ")}.`];
  const unknown = volumes.flatMap((volume) => {
    const plan = planOf(volume, pod);
    return plan.content === "unknown" ? [`${named(volume)} (${plan.why})`] : [];
  });
  return unknown.length === 0 ? [] : [`Volumes of this type are not supported yet: ${unknown.join(", ")}.`];
}

export function mountObjections(container: Container): readonly string[] {
  const where = `container "${container.name}"`;
  return [
    ...((container.volumeDevices ?? []).length > 0
      ? [`Block devices are not supported yet (${where}).`]
      : []),
    ...mountsOf(container).flatMap(({ mountPropagation: propagation = "None", recursiveReadOnly: word }) => [
      ...(propagation === "None"
        ? []
        : [`Mount propagation ${propagation} is not supported yet (${where}).`]),
      ...(word === "Enabled" ? [`recursiveReadOnly is not supported yet (${where}).`] : []),
    ]),
  ];
}

const named = ({ name }: { readonly name: string }) => `"${name}"`;
