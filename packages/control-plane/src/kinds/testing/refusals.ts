/**
 * What the API would refuse about a manifest, in one line per cause: `FieldValueInvalid spec.replicas`.
 *
 * Objects go through defaults and preparation first, in the order of a real write, so a test gives what a client
 * would send. Only the kind's own row is asked: no schema, no admission.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import type { Kind, WriteContext } from "../kind.ts";

const context: WriteContext = {
  now: Date.parse("2026-01-01T00:00:00Z"),
  user: { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] },
};

/** What a creation is refused for; nothing when it is accepted. Metadata that is left out is made up. */
export const causesOf = (kind: Kind, object: object): readonly string[] => lines(refusalsOf(kind, object));

/** As `causesOf`, with Kubernetes' messages: `spec.replicas: Invalid value: ...`. */
export const messagesOf = (kind: Kind, object: object): readonly string[] =>
  messages(refusalsOf(kind, object));

/** What a change through the main resource is refused for. `previous` is completed as a creation would. */
export const causesOfUpdate = (kind: Kind, next: object, previous: object): readonly string[] =>
  lines(updateRefusalsOf(kind, next, previous));

/** As `causesOfUpdate`, with Kubernetes' messages. */
export const messagesOfUpdate = (kind: Kind, next: object, previous: object): readonly string[] =>
  messages(updateRefusalsOf(kind, next, previous));

/** An object as a creation would store it. */
export const created = (kind: Kind, object: object): KubeObject =>
  kind.prepareForCreate(kind.setDefaults(identified(kind, object)), context);

/** What a change through /status is refused for. Of `previous`, the status stays as it is given. */
export function causesOfStatusUpdate(kind: Kind, next: object, previous: object): readonly string[] {
  const before = kind.setDefaults(identified(kind, previous));
  const after = kind.prepareForStatusUpdate(kind.setDefaults(identified(kind, next)), before);
  const causes = kind.validateStatusUpdate?.(after, before) ?? [
    ...kind.validate(after),
    ...kind.validateUpdate(after, before),
  ];
  return lines(causes);
}

function refusalsOf(kind: Kind, object: object): readonly Cause[] {
  const draft = created(kind, object);
  return [...kind.validate(draft), ...(kind.validateCreate?.(draft) ?? [])];
}

function updateRefusalsOf(kind: Kind, next: object, previous: object): readonly Cause[] {
  const before = created(kind, previous);
  const after = kind.prepareForUpdate(kind.setDefaults(identified(kind, next)), before);
  return [...kind.validate(after), ...kind.validateUpdate(after, before)];
}

/** With a name and, where the kind has one, a namespace: unless the manifest speaks of them itself. */
function identified(kind: Kind, object: object): KubeObject {
  const { metadata } = object as Partial<KubeObject>;
  const complete = {
    apiVersion: kind.group === "" ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    ...object,
    metadata: { name: "test", ...(kind.scope === "Namespaced" ? { namespace: "default" } : {}), ...metadata },
  };
  return complete as unknown as KubeObject;
}

const lines = (causes: readonly Cause[]): readonly string[] =>
  causes.map(({ reason, field }) => `${reason} ${field}`);

const messages = (causes: readonly Cause[]): readonly string[] =>
  causes.map(({ field, message }) => `${field}: ${message}`);
