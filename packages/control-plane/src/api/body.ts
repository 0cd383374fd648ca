/**
 * What a client sent, as objects: JSON, YAML or Kubernetes' protobuf, checked against the schema of its kind.
 *
 * Nothing of it is trusted before; what cannot be read is refused with 400, an unknown format with 415.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { parse as parseYaml } from "yaml";
import { apiVersionOf } from "../kinds/kind-table.ts";
import { fromStored, toStored } from "../kinds/versions.ts";
import { decodeKubernetesProtobuf } from "../protobuf/decode.ts";
import { checkFields } from "../schema/strict.ts";
import { unsupportedOption, type Call } from "./call.ts";
import { parseMediaType } from "./media-type.ts";
import { applyPatch, patchTypes } from "./patch.ts";
import { badRequest, unknownFormat } from "./refusals.ts";
import type { ApiRequest } from "./request.ts";
import { without } from "./without.ts";

export interface Checked {
  readonly object: KubeObject;
  /** For people: what was ignored. */
  readonly warnings: readonly string[];
}

/** The object in the body of a call on its kind. */
export function objectIn(call: Call): Checked {
  const value = valueIn(call.request);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badRequest(`the body of the request must be an object of kind ${call.served.kind}`);
  checkType(call, value);
  return checkedFields(call, value);
}

/** The body as it is, of whatever type. */
export function valueIn({ headers, body }: Pick<ApiRequest, "headers" | "body">): unknown {
  if (body.length === 0) throw badRequest("the body of the request is empty");
  // kubectl scale sends PUT without a content type.
  const { type } = parseMediaType(headers["content-type"] ?? "application/json");
  const read = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (read === undefined) throw unknownFormat(Object.keys(formats));
  return read(body);
}

const formats: Readonly<Record<string, (body: Uint8Array) => unknown>> = {
  "application/json": (body) => readText("JSON", () => JSON.parse(textOf(body)) as unknown),
  "application/yaml": (body) =>
    readText("YAML", () => parseYaml(textOf(body), { version: "1.1" }) as unknown),
  "application/vnd.kubernetes.protobuf": decodeKubernetesProtobuf,
};

const textOf = (body: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(body);

function readText(what: string, read: () => unknown): unknown {
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

type FieldValidation = "Ignore" | "Warn" | "Strict";
const fieldValidations: readonly FieldValidation[] = ["Ignore", "Warn", "Strict"];

/**
 * What a client said of an object, as the object that is stored. Types are always checked; unknown fields are dropped,
 * told of or refused, as the client asked.
 */
export function checkedFields({ served: kind, namespace, request }: Call, value: unknown): Checked {
  const asked = request.query.get("fieldValidation") ?? "Warn";
  const mode = fieldValidations.find((word) => word === asked);
  if (mode === undefined) throw unsupportedOption("fieldValidation", asked, fieldValidations);
  const { object, warnings } = checkFields(kind, value, mode);
  const typed = { ...(object as KubeObject), apiVersion: apiVersionOf(kind), kind: kind.kind };
  const metadata = (typed.metadata as KubeObject["metadata"] | undefined) ?? ({} as KubeObject["metadata"]);
  if (kind.scope === "Cluster" || (metadata.namespace ?? "") === "" || metadata.namespace === namespace)
    return { object: toStored(kind, { ...typed, metadata: inPlace(metadata, namespace) }), warnings };
  throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

const inPlace = (metadata: KubeObject["metadata"], namespace: string | undefined): KubeObject["metadata"] =>
  namespace === undefined ? without(metadata, "namespace") : { ...metadata, namespace };

/**
 * The change in the body of a PATCH, as a function of what is there: from the stored object to what the client wants,
 * in the client's version. Refuses with 400, 415 or 422.
 */
export function patchIn({ served, request }: Call): (previous: KubeObject) => unknown {
  const { type } = parseMediaType(request.headers["content-type"] ?? "");
  const patchType = patchTypes.find((known) => known === type);
  if (patchType === undefined) throw unknownFormat(patchTypes);
  const patch = readText("JSON", () => JSON.parse(textOf(request.body)) as unknown);
  return (previous) => applyPatch(served, { type: patchType, patch, previous: fromStored(served, previous) });
}
