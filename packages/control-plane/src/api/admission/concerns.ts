/** What the plug-ins ask of an attempt first. Pure. */
import type { Refusal } from "@kubus/shared/errors/codes.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { KindTable } from "../../kinds/kind-table.ts";
import type { Cache } from "../../cache/cache.ts";
import type { Attempt } from "../admission.ts";
import { forbidden } from "../refusals.ts";

/** Whether an attempt is about whole objects of a kind, not about what hangs below them. */
export const concerns = ({ kind, subresource }: Attempt, group: string, name: string): boolean =>
  subresource === undefined && kind.group === group && kind.kind === name;

/** All objects of a kind, or none when the kind is not served here. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- rows are found by name; who asks knows the type
export function listed<T extends KubeObject>(
  { cache, kinds }: { readonly cache: Cache; readonly kinds: KindTable },
  apiVersion: string,
  kind: string,
  namespace?: string,
): readonly T[] {
  const row = kinds.byType(apiVersion, kind);
  return row === undefined ? [] : (cache.list(row, namespace) as readonly T[]);
}

/** One object, when it and its kind are there. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- rows are found by name; who asks knows the type
export function found<T extends KubeObject>(
  { cache, kinds }: { readonly cache: Cache; readonly kinds: KindTable },
  apiVersion: string,
  kind: string,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name: string },
): T | undefined {
  const row = kinds.byType(apiVersion, kind);
  return row === undefined ? undefined : (cache.get(row, namespace, name) as T | undefined);
}

/** `pods "web" is forbidden: ...`, as admission refuses. */
export const refused = ({ kind, name }: Attempt, why: string): Refusal => forbidden(kind, name, why);

/** Several errors as Kubernetes puts them together. */
export const aggregate = (errors: readonly string[]): string => {
  const different = [...new Set(errors)];
  return different.length === 1 ? (different[0] ?? "") : `[${different.join(", ")}]`;
};
