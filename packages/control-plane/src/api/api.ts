/**
 * The API without a transport: a request goes in, an answer comes out. HTTP and the bus are two doors to it.
 *
 * Guarantee: `handle` never rejects; whatever goes wrong is answered with a metav1.Status.
 */
import type { Verb } from "../kinds/kind.ts";
import { authenticate } from "./authentication/authenticate.ts";
import { impersonated } from "./authentication/impersonation.ts";
import { authorize } from "./authorization/authorize.ts";
import { makeAuthorizer } from "./authorization/authorizer.ts";
import { callOf, questionOf, type Call } from "./call.ts";
import { documentAt, publicPaths } from "./documents.ts";
import { makeObjects } from "./make-objects.ts";
import { makeMetrics } from "./metrics.ts";
import type { ObjectsAs } from "./objects.ts";
import { makeOpenApi } from "./openapi.ts";
import type { ApiPorts, ApiState } from "./ports.ts";
import { noSuchMethod, noSuchPath } from "./refusals.ts";
import { isStream, type ApiRequest, type ApiResponse, type User } from "./request.ts";
import { refusalOf, refused } from "./respond.ts";
import { makeRouter, type Router } from "./route.ts";
import { makeTurns } from "./turns.ts";
import { execSessionOf, type ExecSession } from "./streams/upgrades.ts";
import { actOf } from "./verbs/index.ts";

export interface Api {
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** The session that an upgrade to exec asks for; rejects with `Refusal` when there can be none. */
  execSession(request: ApiRequest): Promise<ExecSession>;
  /** Who asks, after authentication and impersonation; rejects with `Refusal` when they prove nothing. */
  userOf(request: ApiRequest): Promise<User>;
  /** Throws a `Refusal` when the user may not use a path that is no resource. */
  authorizePath(user: User, path: string): void;
  readonly objectsAs: ObjectsAs;
  /** What a refusal that was thrown elsewhere looks like to a client. */
  readonly refuse: (error: unknown) => ApiResponse;
}

export function makeApi(ports: ApiPorts): Api {
  const { log, cache } = ports;
  const router = makeRouter(ports.kinds);
  let unready: string | undefined = "the store is still being read";
  void cache.synced.then(() => {
    unready = undefined;
  });
  const state: ApiState = {
    ...ports,
    metrics: makeMetrics(),
    turns: makeTurns(),
    authorizer: makeAuthorizer(ports),
    unready: () => unready ?? ports.unready?.(),
  };
  const world = { ...state, openApi: makeOpenApi(ports.kinds, ports.version) };
  const refuse = (error: unknown) => refused(refusalOf(error, log));

  const answer = async (request: ApiRequest): Promise<ApiResponse> => {
    const route = router(request.path);
    if (route === undefined) return documentFor(world, request);
    const call = callOf(request, await userOf(state, request), route);
    return counted(state, call, await act(state, call).catch(refuse));
  };

  return {
    handle: (request) => answer(request).catch(refuse),
    execSession: (request) => execSession(state, router, request),
    userOf: (request) => userOf(state, request),
    authorizePath: (user, path) => authorize(state.authorizer, user, { verb: "get", path }),
    objectsAs: makeObjects(state),
    refuse,
  };
}

/** Verbs that change nothing; their answers choose their shape themselves. */
const reads: readonly Verb[] = ["get", "list", "watch"];

async function act(state: ApiState, call: Call): Promise<ApiResponse> {
  const run = actOf(call);
  authorize(state.authorizer, call.user, questionOf(call));
  // What cannot be answered is refused before anything is done.
  if (!reads.includes(call.verb)) call.shape();
  return run(state, call);
}

async function execSession(state: ApiState, router: Router, request: ApiRequest): Promise<ExecSession> {
  const route = router(request.path);
  if (route?.subresource !== "exec") throw noSuchPath();
  const call = callOf(request, await userOf(state, request), route);
  authorize(state.authorizer, call.user, { ...questionOf(call), verb: "create" });
  return execSessionOf(state, call);
}

async function documentFor(
  world: Parameters<typeof documentAt>[0],
  request: ApiRequest,
): Promise<ApiResponse> {
  const { method, path } = request;
  const user = await userOf(world, request);
  if (!publicPaths.includes(path)) authorize(world.authorizer, user, { verb: method.toLowerCase(), path });
  const document = documentAt(world, request);
  if (document === undefined) throw noSuchPath();
  if (method !== "GET" && method !== "HEAD") throw noSuchMethod();
  return document;
}

async function userOf(state: ApiState, request: ApiRequest): Promise<User> {
  const asker = await authenticate(request, state);
  return impersonated(state.authorizer, asker, request);
}

function counted(
  { metrics }: ApiState,
  { verb, kind, subresource }: Call,
  response: ApiResponse,
): ApiResponse {
  const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
  metrics.countRequest({ verb, resource, code: response.status });
  if (!isStream(response) || verb !== "watch") return response;
  const { stream } = response;
  return {
    ...response,
    stream: async (sink) => {
      const over = metrics.countWatch(resource);
      await stream(sink).finally(over);
    },
  };
}
