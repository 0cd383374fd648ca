/** Server-side apply: PATCH with an application/apply-patch+yaml body. What is not there yet is created. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { isRefusal, Refusal } from "@kubus/shared/errors/codes.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { apiVersionOf } from "../../kinds/kind-table.ts";
import type { Kind } from "../../kinds/kind.ts";
import { fromStored } from "../../kinds/versions.ts";
import { authorize } from "../authorization/authorize.ts";
import { checkedFields, readYaml } from "../body.ts";
import { questionOf, targetOf, type Act, type Call } from "../call.ts";
import { apiLimits } from "../limits.ts";
import type { Application } from "../managed-fields/apply.ts";
import { configurationError } from "../managed-fields/check-configuration.ts";
import { applyConflict } from "../managed-fields/conflict-refusal.ts";
import type { FieldSet } from "../managed-fields/field-set.ts";
import { isMap, type Members } from "../managed-fields/items.ts";
import { applyConfiguration } from "../managed-fields/last-applied.ts";
import { everythingBut, statusOnly } from "../managed-fields/reset.ts";
import { shapeOfKind, viewsOf } from "../managed-fields/views.ts";
import type { ApiState } from "../ports.ts";
import { badRequest, notFound } from "../refusals.ts";
import { answer } from "../render.ts";
import { writeOptionsOf } from "../write-options.ts";
import { statusStrategy, type Strategy } from "../strategy.ts";
import { changeObject, createObject } from "../write.ts";

export const applyBy =
  (strategy: Strategy): Act =>
  async (state, call) => {
    const apply = applicationIn(state, call, resetBy(call, strategy));
    const target = { ...targetOf(call), tracking: "given" } as const;
    const { kind, namespace, name = "" } = call;
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (state.cache.get(kind, namespace, name) !== undefined) {
          const changed = await changeObject(state, target, { step: apply.to, strategy });
          return answer(state, call, changed, apply);
        }
        if (call.subresource !== undefined) throw notFound(kind, name);
        authorize(state.authorizer, call.user, { ...questionOf(call), verb: "create" });
        const created = await createObject(state, target, apply.to(undefined));
        return answer(state, call, created, { ...apply, status: 201 });
      } catch (error) {
        // It came or went while we looked: what is there now decides.
        const isPassing = isRefusal(error, "alreadyExists", "notFound") && call.subresource === undefined;
        if (!isPassing || attempt >= apiLimits.writeAttemptsMax) throw error;
      }
    }
  };

const resetBy = ({ served }: Call, strategy: Strategy): FieldSet => {
  if (strategy === statusStrategy) return everythingBut("status", shapeOfKind(served));
  return served.subresources.includes("status") ? statusOnly : {};
};

interface ApplyBody {
  /** The object as it shall be, from the one that is there. Throws 409 where it is not the manager's to decide. */
  readonly to: (live: KubeObject | undefined) => KubeObject;
  readonly warnings: readonly string[];
}

function applicationIn(state: ApiState, call: Call, reset: FieldSet): ApplyBody {
  const { served } = call;
  const { sent, warnings } = configurationIn(call, served);
  const problem = configurationError(sent, shapeOfKind(served));
  if (problem !== undefined) throw notTyped(call, sent, problem);
  const { object } = checkedFields(call, sent);
  const config = fromStored(served, object) as unknown as Members;
  return { to: applying(state, call, { config, sent, reset }), warnings };
}

/** What a client applies, as it was sent: an object of that type that names what the path names. */
export function configurationIn(
  call: Call,
  type: Pick<Kind, "group" | "version" | "kind">,
): { readonly sent: Members; readonly warnings: readonly string[] } {
  const { fieldValidation } = writeOptionsOf(call);
  const { value: sent, duplicates } = readYaml(call.request.body);
  if (!isMap(sent)) throw badRequest("error decoding YAML: the body must be an object");
  checkHead(call, type, sent);
  const warnings = fieldValidation === "Ignore" ? [] : duplicates();
  if (fieldValidation === "Strict" && warnings.length > 0)
    throw badRequest(`error strict decoding YAML: ${warnings.join(", ")}`);
  return { sent, warnings };
}

/** What a configuration makes of the object that is there. */
export function applying(
  state: ApiState,
  call: Call,
  what: Pick<Application, "config" | "sent" | "reset">,
): ApplyBody["to"] {
  const { served, request, subresource } = call;
  const manager = request.query.get("fieldManager") ?? "";
  const { force } = writeOptionsOf(call);
  const application: Omit<Application, "live" | "now"> = {
    ...what,
    writer: { manager, operation: "Apply", apiVersion: apiVersionOf(served), subresource },
    force,
    views: viewsOf(state.kinds, served),
  };
  return (live) => {
    const applied = applyConfiguration({ ...application, live, now: timestamp(state.clock.now()) });
    if (applied.type === "conflicts") throw applyConflict(applied.conflicts);
    return checkedFields(call, applied.object).object;
  };
}

/** An applied configuration says what it is, in the version of the path, and leaves the managers to the server. */
function checkHead({ name = "" }: Call, type: Pick<Kind, "group" | "version" | "kind">, sent: Members): void {
  const { apiVersion, kind } = sent;
  const expected = apiVersionOf(type);
  if (typeof apiVersion !== "string" || typeof kind !== "string" || kind === "")
    throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(sent)}'`);
  if (apiVersion !== expected)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${apiVersion}, expected: ${expected}`,
    );
  if (kind !== type.kind) throw badRequest(`invalid object type: ${apiVersion}, Kind=${kind}`);
  const metadata = isMap(sent["metadata"]) ? sent["metadata"] : {};
  if ((metadata["managedFields"] ?? undefined) !== undefined)
    throw badRequest("metadata.managedFields must be nil");
  const given = metadata["name"] ?? "";
  if (given === "")
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  if (given !== name)
    throw badRequest(
      `the name of the object (${JSON.stringify(given).replaceAll('"', "")}) does not match the name on the URL (${name})`,
    );
}

function notTyped({ served, namespace = "" }: Call, sent: Members, problem: string): Refusal {
  const { name = "" } = isMap(sent["metadata"]) ? sent["metadata"] : {};
  const what = `${namespace}/${String(name)}; ${served.group}/${served.version}, Kind=${served.kind}`;
  return new Refusal("internal", `failed to create typed patch object (${what}): ${problem}`);
}
