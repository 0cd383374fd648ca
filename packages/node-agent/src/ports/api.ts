/** The API as an agent sees it: a few verbs over the bus, in the name of its own node. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";

export type WatchEvent<T extends KubeObject = KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly object: T }
  /** metav1.Status, such as 410 Expired: list again. */
  | { readonly type: "ERROR"; readonly object: { readonly code?: number; readonly message?: string } };

export interface ObjectList<T extends KubeObject> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

/** Paths as in HTTP: `/api/v1/namespaces/default/pods/web`. Rejects with `Refusal` or `Trouble`. */
export interface Api {
  get<T extends KubeObject>(path: string): Promise<T>;
  list<T extends KubeObject>(path: string): Promise<ObjectList<T>>;
  create<T extends KubeObject>(path: string, object: object): Promise<T>;
  /** `merge`: JSON merge patch. `strategic`: strategic merge patch. */
  patch<T extends KubeObject>(path: string, patch: object, style: "merge" | "strategic"): Promise<T>;
  delete(path: string, options: object): Promise<void>;
  /** Ends when the server ends it; throws `Trouble` when the connection broke. */
  watch<T extends KubeObject>(
    path: string,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
}
