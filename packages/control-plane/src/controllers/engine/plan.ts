/** What a decision wants done: values, carried out by act.ts in order. */
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { ObjectReference } from "@kubus/shared/api/core.ts";
import type { DeleteOptions, Draft, Target } from "../../api/objects.ts";
import type { Kind } from "../../kinds/kind.ts";

/** Kinds are rows of one table; a plan holds rows of any type. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a heterogeneous list of kinds has no better type
export type AnyKind = Kind<any>;

/** What the owner's events say of a creation, a deletion or a patch, once its outcome and the object's name are known. */
export interface Tells {
  readonly about: ObjectReference;
  /** A Normal event: the text, followed by the object's name. */
  readonly success?: { readonly reason: string; readonly text: string };
  /** A Warning event: the text, followed by what went wrong. */
  readonly failure: { readonly reason: string; readonly text: string };
}

/** What kept a plan from being carried out. */
export interface Failure {
  readonly effect: Effect["type"];
  /** The API's own words. */
  readonly message: string;
}

export type Effect =
  | {
      readonly type: "create";
      readonly kind: AnyKind;
      readonly object: Draft<KubeObject>;
      readonly tells?: Tells;
    }
  | {
      readonly type: "delete";
      readonly kind: AnyKind;
      readonly target: Target;
      readonly options?: DeleteOptions;
      readonly tells?: Tells;
    }
  /** Asks a pod to leave by the eviction API: its disruption budget may refuse. */
  | {
      readonly type: "evict";
      readonly kind: AnyKind;
      readonly target: Target & { readonly uid: string };
      readonly tells?: Tells;
    }
  /** JSON merge patch on the main resource, or through /finalize, /scale or /approval. */
  | {
      readonly type: "patch";
      readonly kind: AnyKind;
      readonly target: Target;
      readonly patch: object;
      readonly subresource?: "finalize" | "scale" | "approval";
      readonly tells?: Tells;
    }
  /** A merge patch that somebody outside must make first, such as the holder of a key. */
  | {
      readonly type: "patchWith";
      readonly kind: AnyKind;
      readonly target: Target;
      readonly make: () => Promise<object>;
      readonly subresource?: "status";
    }
  /** JSON merge patch of the status. */
  | {
      readonly type: "writeStatus";
      readonly kind: AnyKind;
      readonly target: Target & { readonly resourceVersion?: string };
      readonly status: object;
    }
  /**
   * The status as it is once the effects before it are through, or one of them failed: the only effect that is carried
   * out after a failure, so that the object says what is wrong. `statusAfter` is pure; undefined writes nothing.
   */
  | {
      readonly type: "reportStatus";
      readonly kind: AnyKind;
      readonly target: Target & { readonly resourceVersion?: string };
      readonly statusAfter: (failure: Failure | undefined) => object | undefined;
    }
  | {
      readonly type: "setFinalizers";
      readonly kind: AnyKind;
      readonly target: Pick<ObjectMeta, "name" | "namespace" | "resourceVersion">;
      readonly finalizers: readonly string[];
    }
  | {
      readonly type: "recordEvent";
      readonly about: ObjectReference;
      readonly eventType: "Normal" | "Warning";
      readonly reason: string;
      readonly message: string;
    };

export interface Plan {
  readonly effects: readonly Effect[];
  /** Look again after so many milliseconds even if nothing changed. */
  readonly requeueAfterMs?: number;
}

export const nothing: Plan = { effects: [] };
