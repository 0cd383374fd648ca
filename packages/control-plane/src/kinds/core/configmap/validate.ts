/** The rules of config maps: keys are file names, all of it fits in memory, immutable ones stay. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { ConfigMap } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { configKey } from "../../../api/names.ts";
import { cause } from "../../causes.ts";

/** All values of a config map or a secret together. Kubernetes' own limit. */
export const dataBytesMax = 1024 * 1024;

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): readonly Cause[] {
  const both = Object.keys(data).filter((key) => Object.hasOwn(binaryData, key));
  return [
    ...validateKeys(Object.keys(data), "data"),
    ...validateKeys(Object.keys(binaryData), "binaryData"),
    ...both.map((key) => cause.invalid(`data[${key}]`, key, "duplicate of key present in binaryData")),
    ...(bytesOf(data) + base64BytesOf(binaryData) > dataBytesMax ? [cause.tooLong("", dataBytesMax)] : []),
  ];
}

export const validateConfigMapUpdate = (next: ConfigMap, previous: ConfigMap): readonly Cause[] =>
  validateImmutable(next, previous, ["data", "binaryData"]);

/** What an object with `immutable: true` may not change, itself included. */
export function validateImmutable<T extends { readonly immutable?: boolean }>(
  next: T,
  previous: T,
  fields: readonly (keyof T & string)[],
): readonly Cause[] {
  if (previous.immutable !== true) return [];
  const isUnlocked = next.immutable !== true;
  const changed = fields.filter((field) => !isDeepStrictEqual(next[field] ?? {}, previous[field] ?? {}));
  return [...(isUnlocked ? ["immutable"] : []), ...changed].map((field) =>
    cause.forbidden(field, "field is immutable when `immutable` is set"),
  );
}

export const validateKeys = (keys: readonly string[], field: string): readonly Cause[] =>
  keys.flatMap((key) => {
    const wrong = configKey(key);
    return wrong === undefined ? [] : [cause.invalid(`${field}[${key}]`, key, wrong)];
  });

const bytesOf = (values: Readonly<Record<string, string>>): number =>
  Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value), 0);

export const base64BytesOf = (values: Readonly<Record<string, string>>): number =>
  Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value, "base64"), 0);
