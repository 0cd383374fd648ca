/**
 * What a client sent, as objects: JSON, YAML or Kubernetes' protobuf, checked against the schema of its kind.
 *
 * Nothing of it is trusted before; what cannot be read is refused with 400, an unknown format with 415.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf } from "../kinds/kind-table.ts";
import { toStored } from "../kinds/versions.ts";
import { decodeKubernetesProtobuf } from "../protobuf/decode.ts";
import { checkFields, type Checking } from "../schema/strict.ts";
import type { Call } from "./call.ts";
import { duplicateMembers, parseJson } from "./json-text.ts";
import { parseMediaType } from "./media-type.ts";
import { badRequest, unknownFormat } from "./refusals.ts";
import type { ApiRequest } from "./request.ts";
import { without } from "./without.ts";
import { writeOptionsOf } from "./write-options.ts";
import { parseYamlText } from "./yaml-text.ts";

export interface Checked {
  readonly object: KubeObject;
  /** For people: what was ignored. */
  readonly warnings: readonly string[];
}

/** A body that was read. */
export interface Read {
  readonly value: unknown;
  /** Members that were said twice, in Kubernetes' words. Looked for only when somebody wants to know. */
  readonly duplicates: () => readonly string[];
}

/** The object in the body of a call on its kind. */
export function objectIn(call: Call): Checked {
  const { value, duplicates } = readBody(call.request);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badRequest(`the body of the request must be an object of kind ${call.served.kind}`);
  checkType(call, value);
  return checkedFields(call, value, { problems: duplicates });
}

/** The body as it is, of whatever type. */
export const valueIn = (request: Pick<ApiRequest, "headers" | "body">): unknown => readBody(request).value;

/** The body in whatever format it came. Refuses with 400 or 415. */
export function readBody({ headers, body }: Pick<ApiRequest, "headers" | "body">): Read {
  if (body.length === 0) throw badRequest("the body of the request is empty");
  // kubectl scale sends PUT without a content type.
  const { type } = parseMediaType(headers["content-type"] ?? "application/json");
  const read = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (read === undefined) throw unknownFormat(Object.keys(formats));
  return read(body);
}

const formats: Readonly<Record<string, (body: Uint8Array) => Read>> = {
  "application/json": readJson,
  "application/yaml": readYaml,
  "application/vnd.kubernetes.protobuf": (body) => ({
    value: decodeKubernetesProtobuf(body),
    duplicates: () => [],
  }),
};

export function readJson(body: Uint8Array): Read {
  return readText("JSON", () => {
    const text = textOf(body);
    const value = parseJson(text);
    const duplicates = () =>
      duplicateMembers(text, value).map((path) => `duplicate field ${JSON.stringify(path)}`);
    return { value, duplicates };
  });
}

export function readYaml(body: Uint8Array): Read {
  return readText("YAML", () => {
    const { value, duplicates } = parseYamlText(textOf(body));
    return { value, duplicates: () => duplicates };
  });
}

const textOf = (body: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(body);

function readText(what: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw badRequest(
      `the body of the request is not valid ${what}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function checkType({ served: kind }: Call, value: object): void {
  const given = value as Partial<KubeObject>;
  const expected = apiVersionOf(kind);
  if (given.kind !== undefined && given.kind !== kind.kind) {
    const is = `${given.kind} in version ${JSON.stringify(given.apiVersion ?? "")}`;
    throw badRequest(
      `${is} cannot be handled as a ${kind.kind}: converting (${given.kind}) to (${kind.kind})`,
    );
  }
  if (given.apiVersion !== undefined && given.apiVersion !== expected)
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${expected})`,
    );
}

export interface CallChecking extends Pick<Checking, "refuse"> {
  readonly problems?: () => readonly string[];
}

/**
 * What a client said of an object, as the object that is stored. Types are always checked; unknown fields are dropped,
 * told of or refused, as the client asked.
 */
export function checkedFields(call: Call, value: unknown, { problems, refuse }: CallChecking = {}): Checked {
  const { served: kind, namespace } = call;
  const { fieldValidation: mode } = writeOptionsOf(call);
  const { object, warnings } = checkFields(kind, value, mode, {
    ...(problems === undefined || mode === "Ignore" ? {} : { problems: problems() }),
    ...(refuse === undefined ? {} : { refuse }),
  });
  const typed = { ...(object as KubeObject), apiVersion: apiVersionOf(kind), kind: kind.kind };
  const metadata = (typed.metadata as KubeObject["metadata"] | undefined) ?? ({} as KubeObject["metadata"]);
  if (kind.scope === "Cluster" || (metadata.namespace ?? "") === "" || metadata.namespace === namespace)
    return { object: toStored(kind, { ...typed, metadata: inPlace(metadata, namespace) }), warnings };
  throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

const inPlace = (metadata: KubeObject["metadata"], namespace: string | undefined): KubeObject["metadata"] =>
  namespace === undefined ? without(metadata, "namespace") : { ...metadata, namespace };
