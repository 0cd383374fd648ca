/** Tokens that live in Secrets: woken by the Secrets and by the accounts that they name. */
import type { Secret } from "@kubus/shared/api/core.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { TokenKeys } from "../../api/authentication/token-keys.ts";
import type { Cache, CacheEvent } from "../../cache/cache.ts";
import { secretKind, serviceAccountKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import {
  accountAnnotation,
  bootstrapType,
  reconcileTokenSecret,
  tokenType,
  type TokenSecretView,
} from "./reconcile.ts";

export interface TokenControllerOptions {
  readonly tokens: TokenKeys | undefined;
  /** PEM. */
  readonly caCertificate: string;
}

export const serviceAccountTokenController = ({ tokens, caCertificate }: TokenControllerOptions) =>
  defineController<TokenSecretView>({
    name: "serviceaccount-token",
    guarantee:
      "A Secret of type kubernetes.io/service-account-token holds a token, and goes with its ServiceAccount; an expired bootstrap token goes.",
    watches: [
      { kind: secretKind, wakes: ({ object }) => (concerns(object) ? [keyOf(object)] : []) },
      { kind: serviceAccountKind, wakes: wakeSecrets },
    ],
    observe: (key, { cache, now }) => {
      const [namespace = "", name = ""] = key.split("/");
      const secret = cache.get(secretKind, namespace, name);
      const account = secret?.metadata.annotations?.[accountAnnotation];
      return {
        secret,
        account: account === undefined ? undefined : cache.get(serviceAccountKind, namespace, account),
        tokens,
        caCertificate,
        now,
      };
    },
    reconcile: reconcileTokenSecret,
    isGone: ({ secret }) => secret === undefined,
  });

const concerns = ({ type, metadata: { namespace } }: Secret): boolean =>
  type === tokenType || (type === bootstrapType && namespace === "kube-system");

function wakeSecrets({ object }: CacheEvent, cache: Cache): readonly string[] {
  const names = ({ metadata }: KubeObject) =>
    metadata.annotations?.[accountAnnotation] === object.metadata.name;
  return cache
    .list(secretKind, object.metadata.namespace)
    .filter((secret) => secret.type === tokenType && names(secret))
    .map(keyOf);
}
