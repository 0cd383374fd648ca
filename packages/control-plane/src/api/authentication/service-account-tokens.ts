/**
 * Who shows a service account's token: the account, as long as it and whatever the token is bound to are still there.
 *
 * Returns the user, or the sentence that says what is wrong with the token.
 */
import type { Secret } from "@kubus/shared/api/core.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { serviceAccountGroups, serviceAccountUser } from "../authorization/service-account-user.ts";
import type { User } from "../request.ts";
import {
  claimsIn,
  legacyClaimsIn,
  legacyIssuer,
  type BoundTo,
  type LegacyClaims,
  type TokenClaims,
} from "./claims.ts";
import type { TokenWorld, Verdict } from "./verdict.ts";

/** Clocks differ, and what is deleted may still be needed to end well. */
const leewaySeconds = 60;

const gone = "service account token has been invalidated";

export async function accountOfToken(
  token: string,
  audiences: readonly string[],
  world: TokenWorld,
): Promise<Verdict> {
  const payload = await world.tokens?.verify(token);
  if (payload === undefined) return "invalid bearer token";
  const legacy = payload["iss"] === legacyIssuer ? legacyClaimsIn(payload) : undefined;
  if (legacy !== undefined) return accountOfLegacy(token, legacy, audiences, world);
  const claims = claimsIn(payload);
  if (claims === undefined || claims.issuer !== world.tokens?.issuer) return "invalid bearer token";
  return accountOfClaims(claims, audiences, world);
}

function accountOfClaims(claims: TokenClaims, audiences: readonly string[], world: TokenWorld): Verdict {
  const now = world.clock.now() / 1_000;
  if (now > claims.expires + leewaySeconds) return "service account token has expired";
  if (now < claims.notBefore - leewaySeconds || now < claims.issuedAt - leewaySeconds)
    return "service account token is not valid yet";
  const common = claims.audiences.filter((audience) => audiences.includes(audience));
  if (common.length === 0)
    return `token audiences ${shown(claims.audiences)} is invalid for the target audiences ${shown(audiences)}`;
  const { namespace, account, secret, pod, node } = claims;
  const isThere = (kind: string, bound: BoundTo | undefined, place: string | undefined) =>
    bound === undefined || lives(find(world, kind, place, bound.name), bound.uid, now);
  const isValid =
    isThere("ServiceAccount", account, namespace) &&
    isThere("Secret", secret, namespace) &&
    isThere("Pod", pod, namespace) &&
    // A pod's node is said for the record; only a token of nothing else dies with it.
    (pod !== undefined || isThere("Node", node, undefined));
  return isValid ? { user: userOf(claims, extraOf(claims)), audiences: common } : gone;
}

function accountOfLegacy(
  token: string,
  { namespace, account, secretName }: LegacyClaims,
  audiences: readonly string[],
  world: TokenWorld,
): Verdict {
  const now = world.clock.now() / 1_000;
  const secret = find(world, "Secret", namespace, secretName) as Secret | undefined;
  const isOwn = secret?.data?.["token"] === Buffer.from(token).toString("base64");
  if (secret === undefined || !isOwn || !lives(secret, secret.metadata.uid, now)) return gone;
  if (!lives(find(world, "ServiceAccount", namespace, account.name), account.uid, now)) return gone;
  const issuer = world.tokens?.issuer ?? "";
  if (!audiences.includes(issuer))
    return `token audiences ${shown([issuer])} is invalid for the target audiences ${shown(audiences)}`;
  return { user: userOf({ namespace, account }, undefined), audiences: [issuer] };
}

const find = (
  { cache, kinds }: TokenWorld,
  kindName: string,
  namespace: string | undefined,
  name: string,
) => {
  const kind = kinds.byType("v1", kindName);
  return kind === undefined ? undefined : cache.get(kind, namespace, name);
};

/** Still the same one, and not gone for a minute already. */
function lives(object: KubeObject | undefined, uid: string, now: number): boolean {
  if (object?.metadata.uid !== uid) return false;
  const { deletionTimestamp } = object.metadata;
  return deletionTimestamp === undefined || Date.parse(deletionTimestamp) / 1_000 + leewaySeconds >= now;
}

const userOf = (
  { namespace, account }: { readonly namespace: string; readonly account: BoundTo },
  extra: User["extra"],
): User => ({
  name: serviceAccountUser(namespace, account.name),
  uid: account.uid,
  groups: serviceAccountGroups(namespace),
  ...(extra === undefined ? {} : { extra }),
});

function extraOf({ id, pod, node }: TokenClaims): User["extra"] {
  const all = {
    "credential-id": id === "" ? undefined : `JTI=${id}`,
    "node-name": node?.name,
    "node-uid": node?.uid,
    "pod-name": pod?.name,
    "pod-uid": pod?.uid,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[`authentication.kubernetes.io/${name}`, [value]]],
    ),
  );
}

/** As Go prints a list of strings. */
const shown = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(" ")}]`;
