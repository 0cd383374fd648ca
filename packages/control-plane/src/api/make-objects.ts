/** The verbs as functions for this process: the same writes as those of clients, without bytes in between. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import { apiVersionOf } from "../kinds/kind-table.ts";
import type { Kind } from "../kinds/kind.ts";
import { masters } from "./authorization/authorizer.ts";
import { bindPod } from "./bind.ts";
import type { Draft, ObjectsAs, Target as ObjectTarget } from "./objects.ts";
import { managerOfAccount } from "./managed-fields/tracking.ts";
import { applyMergePatch } from "./merge-patch.ts";
import type { ApiState } from "./ports.ts";
import type { User } from "./request.ts";
import { finalizeStrategy, mainStrategy, statusStrategy } from "./strategy.ts";
import { evictPod } from "./verbs/pod-eviction.ts";
import { approvalStrategy } from "./verbs/approval.ts";
import { changeObject, createObject, deleteObject, type Target } from "./write.ts";

const patchStrategies = {
  main: mainStrategy,
  status: statusStrategy,
  finalize: finalizeStrategy,
  scale: mainStrategy,
  approval: approvalStrategy,
} as const;

export const makeObjects =
  (ports: ApiState): ObjectsAs =>
  (name) => {
    const user: User = { name, groups: [masters, "system:authenticated"] };
    const tracking = { manager: managerOfAccount(name) };
    const podKind = ports.kinds.byType("v1", "Pod");
    const targetOf = (kind: Kind, { namespace, name }: ObjectTarget): Target => ({
      kind,
      namespace,
      name,
      user,
      dryRun: false,
      tracking,
    });
    return {
      create: async <T extends KubeObject>(kind: Kind<T>, draft: Draft<T>) => {
        const object = { ...draft, apiVersion: apiVersionOf(kind), kind: kind.kind } as unknown as T;
        return (await createObject(ports, targetOf(kind, object.metadata), object)) as T;
      },
      update: async <T extends KubeObject>(kind: Kind<T>, object: T) => {
        const how = { step: () => object, strategy: mainStrategy };
        return (await changeObject(ports, targetOf(kind, object.metadata), how)) as T;
      },
      updateStatus: async <T extends KubeObject>(kind: Kind<T>, object: T) => {
        const how = { step: () => object, strategy: statusStrategy };
        const target = { ...targetOf(kind, object.metadata), subresource: "status" };
        return (await changeObject(ports, target, how)) as T;
      },
      patch: async <T extends KubeObject>(
        kind: Kind<T>,
        target: ObjectTarget,
        patch: object,
        subresource?: "status" | "finalize" | "scale" | "approval",
      ) => {
        const step = (previous: KubeObject) => applyMergePatch(previous, patch) as KubeObject;
        const strategy = patchStrategies[subresource ?? "main"];
        return (await changeObject(
          ports,
          { ...targetOf(kind, target), subresource },
          { step, strategy },
        )) as T;
      },
      delete: async (kind, target, options = {}) => {
        await deleteObject(ports, targetOf(kind, target), options);
      },
      evict: async ({ uid, ...pod }) => {
        invariant(podKind !== undefined, "there is no kind Pod to evict");
        await evictPod(ports, targetOf(podKind, pod), { preconditions: { uid } });
      },
      bind: async ({ uid, ...pod }, nodeName) => {
        invariant(podKind !== undefined, "there is no kind Pod to bind");
        await bindPod(ports, targetOf(podKind, pod), { uid, nodeName });
      },
    };
  };
