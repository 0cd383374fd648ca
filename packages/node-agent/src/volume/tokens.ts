/**
 * Service account tokens of this board's pods, each bound to its pod: asked for once and used until it is due.
 *
 * A token is renewed when four fifths of its life are over, or after a day. Measured from when it was got, by the
 * board's own monotonic time: its clock may be wrong. INVARIANT: a token is never written to disk by this file.
 */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { TokenRequest } from "@kubus/shared/api/reviews.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { ContainerRefusal } from "../container/problem.ts";
import { namespaceOf } from "../pod/plan.ts";
import type { Api } from "../ports/api.ts";
import { isAway, notCached } from "./failure.ts";
import type { TokenSource } from "./spec.ts";

const renewal = { share: 0.8, maxMs: 24 * 3_600_000 } as const;
/** Kubernetes' default. */
const defaultSeconds = 3_600;

export const renewAfterMs = (lifeSeconds: number): number =>
  Math.min(lifeSeconds * 1_000 * renewal.share, renewal.maxMs);

export interface Token {
  readonly text: string;
  /** On the monotonic clock. */
  readonly dueAt: number;
}

export interface Tokens {
  get(pod: Pod, source: TokenSource): Promise<Token>;
  forget(podUid: string): void;
}

export function tokenCache(api: Pick<Api, "create">, clock: Pick<Clock, "monotonic">): Tokens {
  const byPod = new Map<string, Map<string, Token>>();

  const request = async (pod: Pod, { audience, expirationSeconds = defaultSeconds }: TokenSource) => {
    const account = pod.spec.serviceAccountName ?? "default";
    const path = `/api/v1/namespaces/${namespaceOf(pod)}/serviceaccounts/${account}/token`;
    const { name, uid } = pod.metadata;
    const { spec, status } = await api.create<TokenRequest>(path, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        audiences: audience === undefined || audience === "" ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
      },
    });
    if (status === undefined) throw new Error("the API gave no token");
    const dueAt = clock.monotonic() + renewAfterMs(spec.expirationSeconds ?? expirationSeconds);
    return { text: status.token, dueAt };
  };

  return {
    get: async (pod, source) => {
      const { uid } = pod.metadata;
      const known = byPod.get(uid) ?? new Map<string, Token>();
      const key = JSON.stringify([pod.spec.serviceAccountName, source.audience, source.expirationSeconds]);
      const found = known.get(key);
      if (found !== undefined && clock.monotonic() < found.dueAt) return found;
      try {
        const token = await request(pod, source);
        byPod.set(uid, known.set(key, token));
        return token;
      } catch (error) {
        const why = `failed to fetch token: ${error instanceof Error ? error.message : String(error)}`;
        if (isAway(error)) throw new ContainerRefusal(notCached.secrets, why, { cause: error });
        throw new Error(why, { cause: error });
      }
    },
    forget: (podUid) => {
      byPod.delete(podUid);
    },
  };
}
