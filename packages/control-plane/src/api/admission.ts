/**
 * Who may pass: a list of admitters, each of which looks at one attempt to write and returns a refusal or nothing.
 *
 * They run after defaulting, before validation, on every write of everybody.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Cache } from "../cache/cache.ts";
import type { Kind } from "../kinds/kind.ts";
import { namespaceLifecycle } from "./admission/namespace-lifecycle.ts";
import { nodeRestriction } from "./admission/node-restriction.ts";
import type { User } from "./request.ts";

export interface Attempt {
  readonly operation: "create" | "update" | "delete";
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string | undefined;
  readonly user: User;
  /** As it would be written; for a deletion as it is. */
  readonly object: KubeObject;
  /** As it is; undefined for a creation. */
  readonly previous: KubeObject | undefined;
}

export interface AdmissionWorld {
  readonly cache: Cache;
  readonly kinds: readonly Kind[];
}

export type Admitter = (attempt: Attempt, world: AdmissionWorld) => Refusal | undefined;

const admitters: readonly Admitter[] = [namespaceLifecycle, nodeRestriction];

/** Throws the first refusal. */
export function admit(attempt: Attempt, world: AdmissionWorld): void {
  for (const admitter of admitters) {
    const refusal = admitter(attempt, world);
    if (refusal !== undefined) throw refusal;
  }
}
