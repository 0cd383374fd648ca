/**
 * A row that speaks of a stored kind in another version. It is the stored row in everything but its name and its
 * words: objects are made into those of the stored kind wherever something has to be read of them.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf } from "./kind-table.ts";
import type { Kind } from "./kind.ts";

export interface OtherVersion {
  readonly stored: Kind;
  readonly group: string;
  readonly version: string;
  /** The name of its type in the schema; the stored one's when they are alike. */
  readonly schema?: string;
  readonly deprecation?: string;
  readonly isHidden?: boolean;
  /** What is said differently. Neither has to think of apiVersion. */
  readonly toStored?: (object: KubeObject) => KubeObject;
  readonly fromStored?: (object: KubeObject) => KubeObject;
}

const unchanged = (object: KubeObject): KubeObject => object;

export function otherVersion({ stored, ...other }: OtherVersion): Kind {
  const { toStored: read = unchanged, fromStored: write = unchanged, ...names } = other;
  const storedVersion = apiVersionOf(stored);
  const otherApiVersion = apiVersionOf(names);
  const toStored = (object: KubeObject): KubeObject => ({ ...read(object), apiVersion: storedVersion });
  const fromStored = (object: KubeObject): KubeObject => ({ ...write(object), apiVersion: otherApiVersion });
  return {
    ...stored,
    ...names,
    storedAs: { kind: stored, toStored, fromStored },
    columns: stored.columns.map((column) => ({
      ...column,
      of: (object: KubeObject, now: number) => column.of(toStored(object), now),
    })),
  };
}
