/** Parts of a pod that have doors of their own: containers for looking into it, and how much its containers get. */
import type { Kind } from "../../kinds/kind.ts";
import {
  validateEphemeralContainers,
  withEphemeralContainers,
} from "../../kinds/core/pod/ephemeral-containers.ts";
import { validateResize, withResources } from "../../kinds/core/pod/resize.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import type { Strategy } from "../strategy.ts";
import { patchBy } from "./patch.ts";
import { updateBy } from "./update.ts";

interface PodPart {
  /** The pod as it was, with this part of the next one. */
  readonly take: (next: Pod, previous: Pod) => Pod;
  readonly check: (next: Pod, previous: Pod) => readonly Cause[];
}

const strategyOf = ({ take, check }: PodPart): Strategy => ({
  prepare: (_: Kind, next: KubeObject, previous: KubeObject) => {
    const pod = take(next as Pod, previous as Pod);
    // The revision that the client read: the write is checked against it.
    const { resourceVersion } = next.metadata;
    return { ...pod, metadata: { ...previous.metadata, resourceVersion } };
  },
  check: (kind, next, previous) => [...kind.validate(next), ...check(next as Pod, previous as Pod)],
});

const ephemeralContainers = strategyOf({ take: withEphemeralContainers, check: validateEphemeralContainers });
const resize = strategyOf({ take: withResources, check: validateResize });

export const updateEphemeralContainers = updateBy(ephemeralContainers);
export const patchEphemeralContainers = patchBy(ephemeralContainers);
export const updateResources = updateBy(resize);
export const patchResources = patchBy(resize);
