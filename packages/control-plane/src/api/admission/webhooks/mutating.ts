/**
 * Mutating webhooks: one after the other, by the names of their configurations, each on what the ones before it made.
 *
 * When one of them changed the object, the plug-ins of the server look at it again, and so do those earlier webhooks
 * that asked for it; each once.
 */
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
} from "@kubus/shared/api/admissionregistration.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Kind } from "../../../kinds/kind.ts";
import { toStored } from "../../../kinds/versions.ts";
import { checkFields } from "../../../schema/strict.ts";
import type { AdmissionWorld, Admitter, Attempt } from "../../admission.ts";
import { applyJsonPatch } from "../../json-patch.ts";
import { isSame } from "../../same.ts";
import { listed } from "../concerns.ts";
import { ask, wantedRow, type Hook } from "./ask.ts";
import { presented, shownAs, type Presented } from "./presented.ts";

type MutatingHook = Hook & { readonly webhook: MutatingWebhook };

function hooksIn(world: AdmissionWorld): readonly MutatingHook[] {
  const configurations = listed<MutatingWebhookConfiguration>(
    world,
    "admissionregistration.k8s.io/v1",
    "MutatingWebhookConfiguration",
  );
  return configurations.flatMap(({ metadata, webhooks = [] }) =>
    webhooks.map((webhook) => ({ webhook, configuration: metadata.name, mayPatch: true })),
  );
}

/** What `plugIns`, and then the webhooks, make of the object of an attempt. */
export async function mutatedByAll(
  attempt: Attempt,
  world: AdmissionWorld,
  plugIns: (object: KubeObject) => Promise<KubeObject>,
): Promise<KubeObject> {
  const hooks = hooksIn(world);
  const prepared = await plugIns(attempt.object);
  if (hooks.length === 0) return prepared;
  const first = await passed({ ...attempt, object: prepared }, hooks, world);
  if (!first.isChanged) return first.object;
  const again = await plugIns(first.object);
  // What the plug-ins changed now is news to every webhook that cares.
  const due = isSame(again, first.object) ? first.due : first.asked;
  const second = await passed({ ...attempt, object: again }, due, world);
  return second.object;
}

interface Pass {
  readonly object: KubeObject;
  readonly isChanged: boolean;
  /** Those that want to be asked again when something changes after them. */
  readonly asked: readonly MutatingHook[];
  /** Those of them after which something changed. */
  readonly due: readonly MutatingHook[];
}

async function passed(
  attempt: Attempt,
  hooks: readonly MutatingHook[],
  world: AdmissionWorld,
): Promise<Pass> {
  let { object } = attempt;
  let isChanged = false;
  const asked: MutatingHook[] = [];
  const due = new Set<MutatingHook>();
  for (const hook of hooks) {
    const whole = presented({ ...attempt, object });
    const row = wantedRow(hook, whole, world);
    if (row === undefined) continue;
    const verdict = await ask(hook, row, whole, world);
    const next = verdict?.patch === undefined ? object : patched(hook, row, whole, verdict.patch);
    if (!isSame(next, object)) {
      isChanged = true;
      for (const earlier of asked) due.add(earlier);
    }
    object = next;
    if (hook.webhook.reinvocationPolicy === "IfNeeded") asked.push(hook);
  }
  return { object, isChanged, asked, due: hooks.filter((hook) => due.has(hook)) };
}

function patched(
  { webhook: { name } }: MutatingHook,
  row: Kind,
  whole: Presented,
  patch: unknown,
): KubeObject {
  const { attempt, body, object } = whole;
  const before = shownAs(row, whole, object);
  if (before === undefined) throw unpatchable(name);
  const next = changedBy(name, before, patch);
  if (body !== undefined) return withBody(name, whole, next);
  const refuse = (why: string): never => {
    throw failed(name, why);
  };
  const { object: typed } = checkFields(row, next, "Ignore", { refuse });
  const stored = attempt.kind.setDefaults(toStored(row, typed as KubeObject));
  const { name: own, namespace, uid, creationTimestamp } = attempt.object.metadata;
  const room = namespace === undefined ? {} : { namespace };
  return { ...stored, metadata: { ...stored.metadata, name: own, ...room, uid, creationTimestamp } };
}

function changedBy(webhook: string, before: KubeObject, patch: unknown): unknown {
  try {
    return applyJsonPatch(before, patch);
  } catch (error) {
    throw failed(webhook, error instanceof Error ? error.message : String(error));
  }
}

/** A Scale can be changed on its way; the other bodies cannot. */
function withBody(webhook: string, { attempt, subresource }: Presented, next: unknown): KubeObject {
  const { scale } = attempt.kind;
  const { replicas } = (next as { readonly spec?: { readonly replicas?: unknown } }).spec ?? {};
  if (subresource !== "scale" || scale === undefined || typeof replicas !== "number")
    throw unpatchable(webhook);
  return scale.withReplicas(attempt.object, replicas);
}

const failed = (webhook: string, why: string): Refusal =>
  new Refusal(
    "internal",
    `Internal error occurred: failed to apply the patch of admission webhook ${JSON.stringify(webhook)}: ${why}`,
  );

const unpatchable = (webhook: string): Refusal =>
  new Refusal(
    "internal",
    `Internal error occurred: admission webhook ${JSON.stringify(webhook)} attempted to modify the object, which is not supported for this operation`,
  );

/** Of what has no object that could be changed: deletions, and connections to something that runs. */
export const mutatingWebhooksOfActs: Admitter = async (attempt, world) => {
  if (attempt.operation !== "delete" && attempt.operation !== "connect") return;
  const hooks = hooksIn(world);
  if (hooks.length > 0) await passed(attempt, hooks, world);
};
