/** The change in the body of a PATCH. What is wrong with it is told in the words that belong to its dialect. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { apiVersionOf } from "../kinds/kind-table.ts";
import type { Kind } from "../kinds/kind.ts";
import { fromStored } from "../kinds/versions.ts";
import { typeNamed } from "../schema/schema.ts";
import { checkedFields, readJson, type Checked } from "./body.ts";
import type { Call } from "./call.ts";
import { goText } from "./go-text.ts";
import { parseMediaType } from "./media-type.ts";
import { applyPatch, patchTypes, type PatchType } from "./patch.ts";
import { badRequest, invalid, unknownFormat } from "./refusals.ts";
import { applyType, writeOptionsOf } from "./write-options.ts";

export interface PatchBody {
  /** From the stored object to what the client wants, in the client's version, unchecked. */
  readonly apply: (previous: KubeObject) => unknown;
  /** The same, checked, as it is stored. */
  readonly step: (previous: KubeObject) => Checked;
}

/** `part`: the type of what is patched, when it is not the object itself. Refuses with 400, 415 or 422. */
export function patchIn(call: Call, part?: Pick<Kind, "schema" | "types">): PatchBody {
  const { served, request } = call;
  const type = patchTypeOf(call, part ?? served);
  const { fieldValidation } = writeOptionsOf(call);
  const { value: patch, duplicates } = readJson(request.body);
  const apply = (previous: KubeObject) =>
    part === undefined
      ? applyPatch(served, { type, patch, previous: fromStored(served, previous) })
      : applyPatch(part, { type, patch, previous });
  // Found once, also when the patch is tried again on a newer object.
  const said = fieldValidation === "Ignore" ? [] : duplicates();
  const problems = type === "application/json-patch+json" ? said.map((text) => `json patch ${text}`) : said;
  return {
    apply,
    step: (previous) => {
      const value = apply(previous);
      const refuse = (why: string): never => {
        throw invalidPatch(type === strategic ? goText(patch) : JSON.stringify(value), why);
      };
      if (type !== strategic) checkType(call, value as Partial<KubeObject>, refuse);
      return checkedFields(call, value, { problems: () => problems, refuse });
    },
  };
}

const strategic: PatchType = "application/strategic-merge-patch+json";

/** The dialects that a row takes. What custom kinds' lists are merged by, a strategic merge patch cannot know. */
const dialectsOf = ({ schema }: Pick<Kind, "schema">): readonly PatchType[] =>
  typeNamed(schema) === undefined ? patchTypes.filter((type) => type !== strategic) : patchTypes;

function patchTypeOf(call: Call, patched: Pick<Kind, "schema">): PatchType {
  const { type } = parseMediaType(call.request.headers["content-type"] ?? "");
  const dialects = dialectsOf(patched);
  const found = dialects.find((known) => known === type);
  if (found === undefined) throw unknownFormat([...dialects, applyType]);
  if (call.request.body.length === 0) throw badRequest("error decoding patch: unexpected end of JSON input");
  return found;
}

/** A patch may not make something else of an object. */
function checkType(
  { served }: Call,
  value: Partial<KubeObject> | null,
  refuse: (why: string) => never,
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse("json: cannot unmarshal into Go value: the object is gone");
  const { kind, apiVersion } = value;
  if (kind !== served.kind)
    refuse(kind === undefined ? "Object 'Kind' is missing" : noKind(kind, apiVersion));
  if (apiVersion !== apiVersionOf(served)) refuse(noKind(kind, apiVersion));
}

const noKind = (kind: unknown, apiVersion: unknown): string =>
  `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? "")}`;

/** As Kubernetes refuses what a patch made of an object: without a name, with all of the patch. */
const invalidPatch = (patch: string, why: string) =>
  invalid({ group: "", kind: "" }, "", [
    {
      reason: "FieldValueInvalid",
      field: "patch",
      message: `Invalid value: ${JSON.stringify(patch)}: ${why}`,
    },
  ]);
