/** The rules of secrets: keys, size, and what each known type must hold (core validation). Pure. */
import type { Secret } from "@kubus/shared/api/core.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import { validateImmutable, when } from "../../rules.ts";
import { base64BytesOf, dataBytesMax, validateImmutableData, validateKeys } from "../configmap/validate.ts";

const serviceAccountName = "kubernetes.io/service-account.name";

export function validateSecret(secret: Secret): readonly Cause[] {
  const { data = {}, type = "" } = secret;
  return [
    ...validateKeys(Object.keys(data), "data"),
    ...when(base64BytesOf(data) > dataBytesMax, cause.tooLong("data", dataBytesMax)),
    ...(Object.hasOwn(typeRules, type) ? (typeRules[type]?.(secret) ?? []) : []),
  ];
}

type TypeRule = (secret: Secret) => readonly Cause[];

const missing = ({ data = {} }: Secret, ...keys: readonly string[]): readonly Cause[] =>
  keys.filter((key) => !Object.hasOwn(data, key)).map((key) => cause.required(`data[${key}]`));

/** What stands under a key is a JSON object. Of its contents nothing is told. */
const json =
  (key: string): TypeRule =>
  (secret) => {
    const value = secret.data?.[key];
    if (value === undefined) return missing(secret, key);
    const why = whyNoObject(Buffer.from(value, "base64").toString());
    return why === undefined ? [] : [cause.invalid(`data[${key}]`, "<secret contents redacted>", why)];
  };

function whyNoObject(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    const isObject = typeof value === "object" && !Array.isArray(value);
    return isObject
      ? undefined
      : `json: cannot unmarshal ${goTypeOf(value)} into Go value of type map[string]interface {}`;
  } catch {
    const first = text.trim().charAt(0);
    return first === "" || first === "{"
      ? "unexpected end of JSON input"
      : `invalid character '${first}' looking for beginning of value`;
  }
}

const goTypeOf = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;

const typeRules: Readonly<Record<string, TypeRule>> = {
  "kubernetes.io/service-account-token": ({ metadata }) =>
    when(
      !metadata.annotations?.[serviceAccountName],
      cause.required(`metadata.annotations[${serviceAccountName}]`),
    ),
  "kubernetes.io/dockercfg": json(".dockercfg"),
  "kubernetes.io/dockerconfigjson": json(".dockerconfigjson"),
  // Either may be left out, but not both.
  "kubernetes.io/basic-auth": (secret) => {
    const both = missing(secret, "username", "password");
    return both.length === 2 ? both : [];
  },
  "kubernetes.io/ssh-auth": ({ data = {} }) =>
    when((data["ssh-privatekey"] ?? "") === "", cause.required("data[ssh-privatekey]")),
  "kubernetes.io/tls": (secret) => missing(secret, "tls.crt", "tls.key"),
};

export function validateSecretUpdate(next: Secret, previous: Secret): readonly Cause[] {
  return [
    ...validateImmutable(next.type, previous.type, "type"),
    ...validateImmutableData(next, previous, ["data"]),
  ];
}
