/** The rules of secrets: keys, size, and the keys that each known type must hold. Pure. */
import type { Secret } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { base64BytesOf, dataBytesMax, validateImmutable, validateKeys } from "../configmap/validate.ts";

/** The keys that a secret of a type must have (Kubernetes, "Types of Secret"). */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};
const serviceAccountName = "kubernetes.io/service-account.name";

export function validateSecret({ metadata, type = "", data = {} }: Secret): readonly Cause[] {
  const missing = (Object.hasOwn(requiredKeys, type) ? (requiredKeys[type] ?? []) : []).filter(
    (key) => !Object.hasOwn(data, key),
  );
  const isToken = type === "kubernetes.io/service-account-token";
  return [
    ...validateKeys(Object.keys(data), "data"),
    ...(base64BytesOf(data) > dataBytesMax ? [cause.tooLong("data", dataBytesMax)] : []),
    ...missing.map((key) => cause.required(`data[${key}]`)),
    ...(isToken && !metadata.annotations?.[serviceAccountName]
      ? [cause.required(`metadata.annotations[${serviceAccountName}]`)]
      : []),
    ...(type === "kubernetes.io/basic-auth" && !("username" in data) && !("password" in data)
      ? [cause.required("data[username]"), cause.required("data[password]")]
      : []),
  ];
}

export function validateSecretUpdate(next: Secret, previous: Secret): readonly Cause[] {
  return [
    ...(next.type === previous.type ? [] : [cause.invalid("type", next.type, "field is immutable")]),
    ...validateImmutable(next, previous, ["data"]),
  ];
}
