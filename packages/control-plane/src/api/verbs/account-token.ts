/** POST serviceaccounts/token: a token for a service account, for so long, for these audiences, bound to an object. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { TokenRequest } from "@kubus/shared/api/reviews.ts";
import { Refusal, type Cause } from "@kubus/shared/errors/codes.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { tokenRequestKind } from "../../kinds/authentication/index.ts";
import { cause } from "../../kinds/causes.ts";
import { payloadOf, type BoundTo, type TokenSubject } from "../authentication/claims.ts";
import { nodeOfUser } from "../authorization/node-user.ts";
import { objectIn } from "../body.ts";
import type { Act, Call } from "../call.ts";
import type { ApiState } from "../ports.ts";
import { badRequest, conflict, forbidden, invalid, notFound } from "../refusals.ts";
import { json } from "../respond.ts";

const secondsMin = 600;
const secondsMax = 2 ** 32;

export const createToken: Act = async (state, call) => {
  const { tokens, clock, random } = state;
  if (tokens === undefined) throw new Refusal("notImplemented", "this server has no key to sign tokens with");
  const account = accountOf(state, call);
  const request = requestIn(call);
  const bound = boundTo(state, call, request);
  checkBoard(state, call, bound);
  const { audiences = [], expirationSeconds = 0 } = request.spec;
  const forWhom = audiences.length === 0 ? [tokens.issuer] : audiences;
  const now = Math.floor(clock.now() / 1_000);
  const expires = now + expirationSeconds;
  const token = await tokens.sign(
    payloadOf({
      issuer: tokens.issuer,
      audiences: forWhom,
      id: random.uuid(),
      issuedAt: now,
      notBefore: now,
      expires,
      namespace: call.namespace ?? "",
      account,
      ...bound,
    }),
  );
  const { name, namespace } = call;
  return json(201, {
    ...request,
    metadata: { name, namespace, creationTimestamp: timestamp(now * 1_000) },
    spec: { ...request.spec, audiences: forWhom },
    status: { token, expirationTimestamp: timestamp(expires * 1_000) },
  });
};

function accountOf({ cache }: ApiState, { kind, namespace, name = "" }: Call): BoundTo {
  const account = cache.get(kind, namespace, name);
  if (account === undefined) throw notFound(kind, name);
  return { name, uid: account.metadata.uid };
}

/** The request with its defaults. Refuses with 400 or 422. */
function requestIn(call: Call): TokenRequest {
  const { object } = objectIn({ ...call, served: tokenRequestKind });
  const { metadata, ...request } = tokenRequestKind.setDefaults(object as TokenRequest);
  const { expirationSeconds = 0 } = request.spec;
  const causes: Cause[] = [];
  const refuse = (field: string, value: unknown, why: string) =>
    causes.push(cause.invalid(field, value, why));
  if (metadata.name && metadata.name !== call.name)
    refuse("metadata.name", metadata.name, "must match the service account name if specified");
  if (expirationSeconds < secondsMin)
    refuse("spec.expirationSeconds", expirationSeconds, "may not specify a duration less than 10 minutes");
  if (expirationSeconds > secondsMax)
    refuse(
      "spec.expirationSeconds",
      expirationSeconds,
      "may not specify a duration larger than 2^32 seconds",
    );
  if (causes.length > 0) throw invalid(tokenRequestKind, "", causes);
  return { ...request, metadata };
}

type Bound = Pick<TokenSubject, "pod" | "secret" | "node">;

/** What the token dies with. Refuses with 400, 404 or 409. */
function boundTo(state: ApiState, { namespace, name = "" }: Call, { spec }: TokenRequest): Bound {
  const ref = spec.boundObjectRef;
  if (ref === undefined) return {};
  const { apiVersion = "", kind: kindName = "", name: objectName = "", uid = "" } = ref;
  const place = apiVersion === "v1" ? places[kindName] : undefined;
  const kind = place === undefined ? undefined : state.kinds.byType("v1", kindName);
  if (place === undefined || kind === undefined)
    throw badRequest(
      `cannot bind token to object of type ${apiVersion.replace(/^(?!.*\/)/, "/")}, Kind=${kindName}`,
    );
  const object = state.cache.get(kind, place.isNamespaced ? namespace : undefined, objectName);
  if (object === undefined) throw notFound(kind, objectName);
  if (kindName === "Pod" && (object as Pod).spec.serviceAccountName !== name)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(name)} to pod running with different serviceaccount name.`,
    );
  if (uid !== "" && uid !== object.metadata.uid)
    throw conflict(
      kind,
      objectName,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return { [place.claim]: identityOf(object), ...nodeOf(state, object) };
}

const places: Readonly<Record<string, { readonly claim: keyof Bound; readonly isNamespaced: boolean }>> = {
  Pod: { claim: "pod", isNamespaced: true },
  Secret: { claim: "secret", isNamespaced: true },
  Node: { claim: "node", isNamespaced: false },
};

const identityOf = ({ metadata: { name, uid } }: KubeObject): BoundTo => ({ name, uid });

/** Where a pod runs is said, too. */
function nodeOf({ cache, kinds }: ApiState, object: KubeObject): Bound {
  const nodeKind = kinds.byType("v1", "Node");
  const nodeName = object.kind === "Pod" ? (object as Pod).spec.nodeName : undefined;
  const node =
    nodeKind === undefined || nodeName === undefined ? undefined : cache.get(nodeKind, undefined, nodeName);
  return node === undefined ? {} : { node: identityOf(node) };
}

/** A board gets tokens only for a pod of its own, each bound to that pod (NodeRestriction). */
function checkBoard(
  { cache, kinds }: ApiState,
  { user, kind, namespace, name = "" }: Call,
  { pod }: Bound,
): void {
  const board = nodeOfUser(user);
  if (board === undefined) return;
  const podKind = kinds.byType("v1", "Pod");
  if (pod === undefined) throw forbidden(kind, name, "node requested token not bound to a pod");
  const found =
    podKind === undefined ? undefined : (cache.get(podKind, namespace, pod.name) as Pod | undefined);
  if (found?.spec.nodeName !== board)
    throw forbidden(kind, name, "node requested token bound to a pod scheduled on a different node");
}
