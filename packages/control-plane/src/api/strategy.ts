/** What counts of a change, and by which rules it is checked, at each of the doors through which objects change. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import type { Kind } from "../kinds/kind.ts";

/** How a change through one door is made ready: which parts count, and by which rules they are checked. */
export interface Strategy {
  readonly prepare: (kind: Kind, next: KubeObject, previous: KubeObject) => KubeObject;
  readonly check: (kind: Kind, next: KubeObject, previous: KubeObject) => readonly Cause[];
}

const checkChange: Strategy["check"] = (kind, next, previous) => [
  ...kind.validate(next),
  ...kind.validateUpdate(next, previous),
];

export const mainStrategy: Strategy = {
  prepare: (kind, next, previous) => kind.prepareForUpdate(next, previous),
  check: checkChange,
};

export const statusStrategy: Strategy = {
  prepare: (kind, next, previous) => kind.prepareForStatusUpdate(next, previous),
  check: (kind, next, previous) =>
    kind.validateStatusUpdate?.(next, previous) ?? checkChange(kind, next, previous),
};

/** For parts that only the server itself changes, such as a pod's node: what clients may not change is no matter. */
export const serverStrategy: Strategy = {
  prepare: (_, next) => next,
  check: (kind, next) => kind.validate(next),
};

/** For a namespace's `spec.finalizers`, and nothing else. */
export const finalizeStrategy: Strategy = {
  ...serverStrategy,
  prepare: (_, next, previous) => {
    const { spec = {} } = next as KubeObject & { readonly spec?: unknown };
    const { resourceVersion } = next.metadata;
    return { ...previous, metadata: { ...previous.metadata, resourceVersion }, spec } as KubeObject;
  },
};
