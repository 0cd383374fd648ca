/** The rules of config maps: keys are file names, all of it fits in memory, immutable ones stay. Pure. */
import type { ConfigMap } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { configKey } from "../../../api/names.ts";
import { cause } from "../../causes.ts";
import { meansSame } from "../semantic.ts";
import { checked, when } from "../../rules.ts";

/** All values of a config map or a secret together. Kubernetes' own limit. */
export const dataBytesMax = 1024 * 1024;

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): readonly Cause[] {
  return [
    ...Object.keys(data).flatMap((key) => [
      ...validateKeys([key], "data"),
      ...when(
        Object.hasOwn(binaryData, key),
        cause.invalid(`data[${key}]`, key, "duplicate of key present in binaryData"),
      ),
    ]),
    ...validateKeys(Object.keys(binaryData), "binaryData"),
    // No field: the whole is too long.
    ...when(bytesOf(data) + base64BytesOf(binaryData) > dataBytesMax, cause.tooLong("", dataBytesMax)),
  ];
}

export const validateConfigMapUpdate = (next: ConfigMap, previous: ConfigMap): readonly Cause[] =>
  validateImmutableData(next, previous, ["data", "binaryData"]);

/** What an object with `immutable: true` may not change, itself included. */
export function validateImmutableData<T extends { readonly immutable?: boolean }>(
  next: T,
  previous: T,
  fields: readonly (keyof T & string)[],
): readonly Cause[] {
  if (previous.immutable !== true) return [];
  const isUnlocked = next.immutable !== true;
  const changed = fields.filter((field) => !meansSame(next[field], previous[field]));
  return [...(isUnlocked ? ["immutable"] : []), ...changed].map((field) =>
    cause.forbidden(field, "field is immutable when `immutable` is set"),
  );
}

export const validateKeys = (keys: readonly string[], field: string): readonly Cause[] =>
  keys.flatMap((key) => checked(configKey, key, `${field}[${key}]`));

const bytesOf = (values: Readonly<Record<string, string>>): number =>
  Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value), 0);

export const base64BytesOf = (values: Readonly<Record<string, string>>): number =>
  Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value, "base64"), 0);
