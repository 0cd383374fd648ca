/**
 * Secrets of type kubernetes.io/service-account-token: filled with a token that has no end, and gone with their
 * account. Bootstrap tokens go when they have expired. Pure but for what the effects will do.
 */
import type { Secret, ServiceAccount } from "@kubus/shared/api/core.ts";
import { legacyPayloadOf } from "../../api/authentication/claims.ts";
import { isPast, valueIn } from "../../api/authentication/bootstrap-tokens.ts";
import type { TokenKeys } from "../../api/authentication/token-keys.ts";
import { secretKind } from "../../kinds/index.ts";
import { nothing, type Plan } from "../engine/plan.ts";

export const tokenType = "kubernetes.io/service-account-token";
export const bootstrapType = "bootstrap.kubernetes.io/token";
export const accountAnnotation = "kubernetes.io/service-account.name";
const uidAnnotation = "kubernetes.io/service-account.uid";

export interface TokenSecretView {
  readonly secret: Secret | undefined;
  /** The account that the Secret names. */
  readonly account: ServiceAccount | undefined;
  readonly tokens: TokenKeys | undefined;
  /** PEM. */
  readonly caCertificate: string;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

export function reconcileTokenSecret(view: TokenSecretView): Plan {
  const { secret } = view;
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return nothing;
  return secret.type === bootstrapType ? reconcileBootstrap(secret, view.now) : reconcileToken(secret, view);
}

function reconcileBootstrap(secret: Secret, now: number): Plan {
  const expiration = valueIn(secret, "expiration");
  if (expiration === "") return nothing;
  return isPast(expiration, now)
    ? { effects: [removal(secret)] }
    : { effects: [], requeueAfterMs: Date.parse(expiration) - now };
}

const removal = ({ metadata: { name, namespace = "", uid } }: Secret) => ({
  type: "delete" as const,
  kind: secretKind,
  target: { name, namespace },
  options: { preconditions: { uid } },
});

function reconcileToken(secret: Secret, { account, tokens, caCertificate }: TokenSecretView): Plan {
  const { name, namespace = "", resourceVersion, annotations = {} } = secret.metadata;
  const known = annotations[uidAnnotation];
  const isOther = account !== undefined && known !== undefined && known !== account.metadata.uid;
  // A Secret whose account is gone, or was made anew, opens nothing any more.
  if (account === undefined || isOther) return { effects: [removal(secret)] };
  const { token, "ca.crt": ca, namespace: room } = secret.data ?? {};
  const isWhole =
    token && ca === encoded(caCertificate) && room === encoded(namespace) && known !== undefined;
  if (isWhole || tokens === undefined) return nothing;
  const { uid } = account.metadata;
  const payload = legacyPayloadOf({
    namespace,
    account: { name: account.metadata.name, uid },
    secretName: name,
  });
  const make = async () => ({
    metadata: { resourceVersion, annotations: { [uidAnnotation]: uid } },
    data: {
      "ca.crt": encoded(caCertificate),
      namespace: encoded(namespace),
      token: token || encoded(await tokens.sign(payload)),
    },
  });
  return { effects: [{ type: "patchWith", kind: secretKind, target: { name, namespace }, make }] };
}

const encoded = (text: string): string => Buffer.from(text).toString("base64");
