/**
 * The verbs of the API as functions, for everyone inside this process: controllers, scheduler, node life.
 *
 * They go through the same defaulting, validation, admission and conflict rules as a client's HTTP request.
 * Every function rejects with `Refusal` (conflict, notFound, invalid, ...) or `Trouble` (the bus is away).
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Kind } from "../kinds/kind.ts";

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly preconditions?: Preconditions;
}

/** An object as a writer gives it: the server fills in the rest of the metadata. */
export type Draft<T extends KubeObject> = Omit<T, "metadata" | "apiVersion" | "kind"> & {
  readonly metadata: Partial<T["metadata"]>;
};

export interface Objects {
  create<T extends KubeObject>(kind: Kind<T>, object: Draft<T>): Promise<T>;
  /** Replaces the object; `metadata.resourceVersion` must be the one it was read with. */
  update<T extends KubeObject>(kind: Kind<T>, object: T): Promise<T>;
  updateStatus<T extends KubeObject>(kind: Kind<T>, object: T): Promise<T>;
  /**
   * JSON merge patch. With `resourceVersion` in the patch's metadata it is conditional.
   * `finalize` is for namespaces: it may change `spec.finalizers`, and nothing else can. `scale` only says through which
   * door the size is changed: the patch is one of the object itself. `approval` is for
   * the verdict on a certificate request.
   */
  patch<T extends KubeObject>(
    kind: Kind<T>,
    target: Target,
    patch: object,
    subresource?: "status" | "finalize" | "scale" | "approval",
  ): Promise<T>;
  delete(kind: Kind, target: Target, options?: DeleteOptions): Promise<void>;
  /** Asks a pod to leave (pods/eviction): rejects with `tooManyRequests` when its disruption budget says not now. */
  evict(pod: Target & { readonly uid: string }): Promise<void>;
  /** Assigns a pod to a node (pods/binding). */
  bind(pod: Target & { readonly uid: string }, nodeName: string): Promise<void>;
}

export interface Target {
  readonly namespace?: string;
  readonly name: string;
}

/** The same verbs in somebody's name: `system:serviceaccount:kube-system:deployment-controller`. */
export type ObjectsAs = (user: string) => Objects;
