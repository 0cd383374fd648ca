/** Asks one webhook about one attempt, and reads what it says. */
import type { FailurePolicy, ValidatingWebhook } from "@kubus/shared/api/admissionregistration.ts";
import { Refusal, refusals, type RefusalCode } from "@kubus/shared/errors/codes.ts";
import { conditionEnvironment } from "../../../kinds/admissionregistration/cel.ts";
import type { Kind } from "../../../kinds/kind.ts";
import type { AdmissionWorld } from "../../admission.ts";
import { refused } from "../concerns.ts";
import { placeOf, urlOf } from "./address.ts";
import { celVariables } from "./cel-variables.ts";
import { areMet } from "./conditions.ts";
import { isExempt, matchedRow } from "./matching.ts";
import type { Presented } from "./presented.ts";
import { reviewOf, reviewVersion, verdictIn, type Verdict } from "./review.ts";

export interface Hook {
  readonly webhook: ValidatingWebhook;
  /** The name of its configuration. */
  readonly configuration: string;
  readonly mayPatch: boolean;
}

const defaultTimeoutSeconds = 10;
const encoder = new TextEncoder();

/** The version in which a webhook wants to see an attempt, or undefined when it does not want to. */
export function wantedRow({ webhook }: Hook, whole: Presented, world: AdmissionWorld): Kind | undefined {
  if (isExempt(whole)) return undefined;
  const row = matchedRow(webhook, whole, world);
  const { matchConditions = [], failurePolicy } = webhook;
  if (row === undefined || matchConditions.length === 0) return row;
  const wanted = areMet(
    matchConditions,
    conditionEnvironment("webhook", false),
    celVariables(whole, row, world),
  );
  if ("isWanted" in wanted) return wanted.isWanted ? row : undefined;
  if (isIgnored(failurePolicy)) return undefined;
  throw refused(whole.attempt, wanted.error);
}

const isIgnored = (policy: FailurePolicy | undefined): boolean => policy === "Ignore";

/** Resolves to the verdict of who allows it; undefined when who failed is ignored. Rejects with a refusal. */
export async function ask(
  hook: Hook,
  row: Kind,
  whole: Presented,
  world: AdmissionWorld,
): Promise<Verdict | undefined> {
  const { webhook } = hook;
  const { name, failurePolicy } = webhook;
  const verdict = await world.memory.webhookSlots
    .run(() => called(hook, row, whole, world))
    .catch((error: unknown): undefined => {
      const why = `failed calling webhook ${JSON.stringify(name)}: ${error instanceof Error ? error.message : String(error)}`;
      if (!isIgnored(failurePolicy)) throw new Refusal("internal", `Internal error occurred: ${why}`);
      world.log.warn("webhook.ignored", { webhook: name, error: why });
    });
  if (verdict === undefined) return undefined;
  for (const warning of verdict.warnings) world.warn(warning);
  for (const [key, value] of Object.entries(verdict.auditAnnotations))
    world.annotate(`${name}/${key}`, value);
  if (!verdict.isAllowed) throw denied(name, verdict);
  return verdict;
}

async function called(
  { webhook, mayPatch }: Hook,
  row: Kind,
  whole: Presented,
  { webhooks: caller, random, ...world }: AdmissionWorld,
): Promise<Verdict> {
  const { clientConfig, timeoutSeconds = defaultTimeoutSeconds } = webhook;
  const version = reviewVersion(webhook);
  if (version === undefined)
    throw new Error("webhook does not accept known AdmissionReview versions (v1, v1beta1)");
  const uid = random.uuid();
  const body = encoder.encode(JSON.stringify(reviewOf(whole, row, { version, uid })));
  const url = urlOf(clientConfig, timeoutSeconds);
  const answer = await answerOf(url, async () => {
    if (caller === undefined) throw new Error("this server cannot call webhooks");
    const place = placeOf(clientConfig, timeoutSeconds, { ...world, random });
    const { caBundle = "" } = clientConfig;
    const ca = caBundle === "" ? {} : { caBundle: Buffer.from(caBundle, "base64").toString("utf8") };
    return caller.call({ ...place, ...ca, body, timeoutMs: timeoutSeconds * 1_000 });
  });
  return verdictIn(answer, { version, uid, mayPatch });
}

async function answerOf(
  url: string,
  call: () => Promise<{ readonly status: number; readonly body: Uint8Array }>,
): Promise<Uint8Array> {
  const { status, body } = await call().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`failed to call webhook: Post ${JSON.stringify(url)}: ${why}`);
  });
  if (status >= 200 && status < 300) return body;
  const text = new TextDecoder().decode(body.slice(0, errorTextBytesMax)).trim();
  const why =
    status === 404
      ? "the server could not find the requested resource"
      : `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`;
  throw new Error(`failed to call webhook: ${why}`);
}

const errorTextBytesMax = 1_024;

/** A refusal as the webhook worded it; its status is Kubernetes' nearest one. */
function denied(webhook: string, { status: { message = "", reason = "", code = 400 } }: Verdict): Refusal {
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const why = message === "" ? reason : message;
  return new Refusal(codeOf(reason, code), why === "" ? `${by} without explanation` : `${by}: ${why}`, {});
}

export function codeOf(reason: string, status: number): RefusalCode {
  const rows = Object.entries(refusals) as readonly [RefusalCode, { status: number; reason: string }][];
  const byReason = rows.find(([, row]) => row.reason === reason && (status < 400 || row.status === status));
  const byStatus = rows.find(([, row]) => row.status === status);
  return (byReason ?? byStatus)?.[0] ?? (status >= 500 ? "internal" : "badRequest");
}
