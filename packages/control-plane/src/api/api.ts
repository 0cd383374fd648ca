/**
 * The API without a transport: a request goes in, an answer comes out. HTTP and the bus are two doors to it.
 *
 * Guarantee: `handle` never rejects; whatever goes wrong is answered with a metav1.Status.
 */
import { Refusal } from "@kubus/shared/errors/codes.ts";
import type { Verb } from "../kinds/kind.ts";
import { authorize, authorizePath } from "./authorization/authorize.ts";
import { callOf, type Call } from "./call.ts";
import { documentAt, publicPaths } from "./documents.ts";
import { makeObjects } from "./make-objects.ts";
import { makeMetrics } from "./metrics.ts";
import type { ObjectsAs } from "./objects.ts";
import { makeOpenApi } from "./openapi.ts";
import { makePages } from "./pages.ts";
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
  execSession(request: ApiRequest): ExecSession;
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
    pages: makePages(ports),
    metrics: makeMetrics(),
    turns: makeTurns(),
    unready: () => unready ?? ports.unready?.(),
  };
  const world = { ...state, openApi: makeOpenApi(ports.kinds, ports.version) };
  const refuse = (error: unknown) => refused(refusalOf(error, log));

  const answer = async (request: ApiRequest): Promise<ApiResponse> => {
    const route = router(request.path);
    if (route === undefined) return documentFor(world, request);
    const call = callOf(request, knownUser(request), route);
    return counted(state, call, await act(state, call).catch(refuse));
  };

  return {
    handle: (request) => answer(request).catch(refuse),
    execSession: (request) => execSession(state, router, request),
    objectsAs: makeObjects(state),
    refuse,
  };
}

/** Verbs that change nothing; their answers choose their shape themselves. */
const reads: readonly Verb[] = ["get", "list", "watch"];

async function act(state: ApiState, call: Call): Promise<ApiResponse> {
  const { request } = call;
  const run = actOf(call);
  authorize(
    call.user,
    { ...call, kind: call.served, fieldSelector: request.query.get("fieldSelector") ?? undefined },
    state,
  );
  // What cannot be answered is refused before anything is done.
  if (!reads.includes(call.verb)) call.shape();
  return run(state, call);
}

function execSession(state: ApiState, router: Router, request: ApiRequest): ExecSession {
  const route = router(request.path);
  if (route?.subresource !== "exec") throw noSuchPath();
  const call = callOf(request, knownUser(request), route);
  authorize(call.user, { ...call, kind: call.served, verb: "create", fieldSelector: undefined }, state);
  return execSessionOf(state, call);
}

async function documentFor(
  world: Parameters<typeof documentAt>[0],
  request: ApiRequest,
): Promise<ApiResponse> {
  if (!publicPaths.includes(request.path)) authorizePath(knownUser(request), request.method, request.path);
  const document = documentAt(world, request);
  if (document === undefined) throw noSuchPath();
  if (request.method !== "GET" && request.method !== "HEAD") throw noSuchMethod();
  return Promise.resolve(document);
}

function knownUser({ user }: ApiRequest): User {
  if (user === undefined) throw new Refusal("unauthorized", "Unauthorized");
  return user;
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
