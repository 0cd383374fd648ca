/**
 * The kinds that a server serves at this moment: the built-in rows, and those that CustomResourceDefinitions add.
 *
 * Whoever loops over kinds asks this table each time, or listens to it: rows of custom kinds come and go.
 */
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Kind } from "./kind.ts";

export interface KindTable {
  /** Kinds that objects are stored as: one row each, whatever versions clients speak. In order of discovery. */
  readonly stored: () => readonly Kind[];
  /** Every row that a path may name: stored kinds, their other versions, and what is never stored. */
  readonly served: () => readonly Kind[];
  /** A served row. `group` is empty for the core group. */
  readonly byResource: (group: string, version: string, plural: string) => Kind | undefined;
  /** A served row by what objects say of themselves: `apps/v1`, `Deployment`. */
  readonly byType: (apiVersion: string, kind: string) => Kind | undefined;
  /** Called after each change of the rows. */
  readonly onChange: (listener: () => void) => Subscription;
}

/** The rows of one custom kind. */
export interface CustomKind {
  /** What objects are stored as; it need not be served. */
  readonly stored: Kind;
  readonly served: readonly Kind[];
}

export interface ChangingKindTable extends KindTable {
  /** Replaces the rows of all custom kinds at once. Versions are told in the order of `served` rows. */
  readonly setCustom: (stored: readonly Kind[], served: readonly Kind[]) => void;
}

/** Whether objects of a row are stored as that row says, and not as another one. */
export const isStored = ({ storage, storedAs }: Kind): boolean =>
  storage !== "none" && storedAs === undefined;

/** As objects name it: `v1`, `apps/v1`. */
export const apiVersionOf = ({ group, version }: Pick<Kind, "group" | "version">): string =>
  group === "" ? version : `${group}/${version}`;

interface Rows {
  readonly stored: readonly Kind[];
  readonly served: readonly Kind[];
  readonly byResource: ReadonlyMap<string, Kind>;
  readonly byType: ReadonlyMap<string, Kind>;
}

const rowsOf = (served: readonly Kind[], stored: readonly Kind[]): Rows => ({
  served,
  stored,
  byResource: new Map(served.map((kind) => [`${apiVersionOf(kind)}/${kind.plural}`, kind])),
  byType: new Map(served.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind])),
});

export function makeKindTable(builtIn: readonly Kind[]): ChangingKindTable {
  const builtInStored = builtIn.filter(isStored);
  let rows = rowsOf(builtIn, builtInStored);
  const listeners = new Set<() => void>();
  return {
    stored: () => rows.stored,
    served: () => rows.served,
    byResource: (group, version, plural) =>
      rows.byResource.get(`${apiVersionOf({ group, version })}/${plural}`),
    byType: (apiVersion, kind) => rows.byType.get(`${apiVersion}/${kind}`),
    onChange: (listener) => {
      const own = () => listener();
      listeners.add(own);
      return { unsubscribe: () => void listeners.delete(own) };
    },
    setCustom: (stored, served) => {
      rows = rowsOf([...builtIn, ...served], [...builtInStored, ...stored]);
      for (const listener of [...listeners]) listener();
    },
  };
}
