/** What one start of a container mounts, out of its volumeMounts. */
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import { ContainerRefusal } from "../container/problem.ts";
import { expand } from "../pod/environment.ts";
import type { ContainerMount } from "../ports/runtime.ts";
import type { VolumeStore } from "../ports/volume-store.ts";
import { mountsOf, volumesOf, type VolumeMount } from "./spec.ts";
import { planOf } from "./types.ts";

export interface MountTerms {
  readonly pod: Pod;
  /** The container's environment, for `subPathExpr`. */
  readonly values: ReadonlyMap<string, string>;
  readonly store: Pick<VolumeStore, "pathOf" | "subPathOf">;
}

/** Rejects with a ContainerRefusal. */
export async function containerMounts(
  container: Container,
  { pod, values, store }: MountTerms,
): Promise<readonly ContainerMount[]> {
  const mounts: ContainerMount[] = [];
  for (const [index, mount] of mountsOf(container).entries()) {
    const volume = volumesOf(pod).find(({ name }) => name === mount.name);
    if (volume === undefined)
      throw refusal(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
    const id = { podUid: pod.metadata.uid, volume: mount.name };
    const path = subPathOf(mount, container, values);
    const hostPath =
      path === ""
        ? await store.pathOf(id)
        : await store.subPathOf({ id, path, user: `${container.name}/${index}` }).catch((error: unknown) => {
            const what = `volumeMount "${mount.name}" of container "${container.name}"`;
            throw refusal(`failed to prepare subPath for ${what}: ${textOf(error)}`, error);
          });
    const plan = planOf(volume, pod);
    // What the agent writes is nobody else's to write.
    const isKept = plan.content === "files" || (plan.content === "claim" && plan.readOnly);
    const readOnly = mount.readOnly === true || isKept;
    mounts.push({ hostPath, containerPath: mount.mountPath, readOnly });
  }
  return mounts;
}

function subPathOf(
  { subPath = "", subPathExpr = "" }: VolumeMount,
  { name }: Container,
  values: ReadonlyMap<string, string>,
): string {
  if (subPathExpr === "") return subPath;
  const missing = [...subPathExpr.matchAll(/\$\$|\$\(([^()]*)\)/g)].flatMap(([, variable]) =>
    variable === undefined || values.has(variable) ? [] : [variable],
  );
  if (missing.length === 0) return expand(subPathExpr, values);
  const why = `missing value for ${missing.join(", ")}`;
  throw refusal(`failed to expand subPathExpr of container "${name}": ${why}`);
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const refusal = (message: string, cause?: unknown) =>
  new ContainerRefusal("CreateContainerConfigError", message, { cause });
