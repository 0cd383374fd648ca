/**
 * Who asks: a client certificate that the transport has proven, a bearer token, or nobody in particular.
 *
 * A token that means nothing is refused with 401; without any proof the user is `system:anonymous`.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { ApiRequest, User } from "../request.ts";
import { bootstrapperOf } from "./bootstrap-tokens.ts";
import { accountOfToken } from "./service-account-tokens.ts";
import type { TokenWorld, Verdict } from "./verdict.ts";

export const authenticated = "system:authenticated";
const unauthenticated = "system:unauthenticated";

export const anonymousName = "system:anonymous";
export const anonymous: User = { name: anonymousName, groups: [unauthenticated] };

/** Rejects with 401. */
export async function authenticate(request: ApiRequest, world: TokenWorld): Promise<User> {
  if (request.user !== undefined) return request.user;
  const token = tokenIn(request);
  if (token === undefined && request.isRefused !== true) return anonymous;
  if (token === undefined) throw unauthorized();
  const verdict = await userOfToken(token, audiencesOf(world), world);
  if (typeof verdict === "string") throw unauthorized();
  return verdict.user;
}

const unauthorized = (): Refusal => new Refusal("unauthorized", "Unauthorized");

/** Whom the API itself is. */
export const audiencesOf = ({ tokens }: TokenWorld): readonly string[] =>
  tokens === undefined ? [] : [tokens.issuer];

/** Whose token it is, for one of these audiences. */
export async function userOfToken(
  token: string,
  audiences: readonly string[],
  world: TokenWorld,
): Promise<Verdict> {
  const verdict = bootstrapperOf(token, world) ?? (await accountOfToken(token, audiences, world));
  if (typeof verdict === "string") return verdict;
  const { user } = verdict;
  const own = verdict.audiences.length === 0 ? audiences : verdict.audiences;
  return { user: { ...user, groups: [...user.groups, authenticated] }, audiences: own };
}

function tokenIn({ headers }: ApiRequest): string | undefined {
  const [scheme = "", token = ""] = (headers["authorization"] ?? "").trim().split(" ");
  if (scheme.toLowerCase() === "bearer" && token !== "") return token;
  return tokenInProtocols(headers["sec-websocket-protocol"]);
}

const protocolPrefix = "base64url.bearer.authorization.k8s.io.";

/** Browsers can send no header with a WebSocket: the token may be one of the protocols that it offers. */
function tokenInProtocols(protocols = ""): string | undefined {
  const found = protocols
    .split(",")
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(protocolPrefix));
  return found === undefined
    ? undefined
    : Buffer.from(found.slice(protocolPrefix.length), "base64url").toString();
}
