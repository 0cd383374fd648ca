/**
 * The API without a transport: a request goes in, an answer comes out. HTTP and the bus are two doors to it.
 *
 * Guarantee: `handle` never rejects; whatever goes wrong is answered with a metav1.Status.
 */
import type { Verb } from "../kinds/kind.ts";
import { makeAdmissionMemory } from "./admission/memory.ts";
import type { QuotaCharges } from "./admission/quota/accounts.ts";
import { authenticate } from "./authentication/authenticate.ts";
import { impersonated } from "./authentication/impersonation.ts";
import { authorize } from "./authorization/authorize.ts";
import { makeAuthorizer } from "./authorization/authorizer.ts";
import type { Question } from "./authorization/question.ts";
import { callOf, questionOf, type Call } from "./call.ts";
import { documentAt, isPublic } from "./documents.ts";
import { makeObjects } from "./make-objects.ts";
import { auditEvent, isAudited } from "./operation/audit.ts";
import { operationLimits as limits } from "./operation/limits.ts";
import { makeMetrics, type CountPass } from "./operation/metrics.ts";
import { makeSeats, type Seats } from "./operation/seats.ts";
import type { ObjectsAs } from "./objects.ts";
import { makeOpenApi } from "./openapi.ts";
import type { ApiPorts, ApiState } from "./ports.ts";
import { noSuchMethod, noSuchPath } from "./refusals.ts";
import { isStream, type ApiRequest, type ApiResponse, type User } from "./request.ts";
import { refusalOf, refused } from "./respond.ts";
import { makeRouter, type Router } from "./route.ts";
import { makeTurns } from "./turns.ts";
import { connectionAdmitted } from "./streams/admit-connection.ts";
import { isProxied, proxySessionOf, type ProxySession } from "./streams/proxy.ts";
import type { StreamSession } from "./streams/session.ts";
import { leavesHttp, streamSessionOf } from "./streams/upgrades.ts";
import { makeBoardUsage, type BoardUsage } from "./usage/board-usage.ts";
import { actOf } from "./verbs/index.ts";

export interface Api {
  handle(request: ApiRequest): Promise<ApiResponse>;
  /**
   * The session that an upgrade asks for; rejects with `Refusal` when there can be none, undefined when the path is
   * none of those that leave HTTP.
   */
  streamSession(request: ApiRequest): Promise<StreamSession | undefined>;
  /** Where a request to a proxy goes; undefined when the path is none. Rejects with `Refusal`. */
  proxySession(request: ApiRequest): Promise<ProxySession | undefined>;
  /** Who asks, after authentication and impersonation; rejects with `Refusal` when they prove nothing. */
  userOf(request: ApiRequest): Promise<User>;
  /** Whether the authorizers let the user do this. */
  readonly allows: (user: User, question: Question) => boolean;
  /** Throws a `Refusal` when the user may not use a path that is no resource. */
  authorizePath(user: User, path: string): void;
  readonly objectsAs: ObjectsAs;
  /** What this server charged to quotas, for whoever counts what is used. */
  readonly quotaCharges: QuotaCharges;
  /** What the boards use, for whoever sizes things by it. */
  readonly boardUsage: BoardUsage;
  /** For /metrics: what the controllers' passes cost. */
  readonly countPass: CountPass;
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
  const seats = makeSeats({
    total: limits.requestsAtOnceMax,
    perUser: limits.requestsPerUserMax,
    waitingPerUser: limits.requestsWaitingPerUserMax,
  });
  const longListSeats = makeSeats({
    total: limits.longListsAtOnceMax,
    perUser: limits.longListsPerUserMax,
    waitingPerUser: limits.longListsWaitingPerUserMax,
  });
  const state: ApiState = {
    ...ports,
    longListSeats,
    metrics: makeMetrics({
      seatsTaken: seats.taken,
      seatsWaiting: () => seats.waiting() + longListSeats.waiting(),
    }),
    turns: makeTurns(),
    authorizer: makeAuthorizer(ports),
    admission: makeAdmissionMemory(),
    boardUsage: makeBoardUsage(ports),
    objectsAs: (name) => makeObjects(state)(name),
    unready: () => unready ?? ports.unready?.(),
  };
  const world = { ...state, openApi: makeOpenApi(ports.kinds, ports.version) };
  const refuse = (error: unknown) => refused(refusalOf(error, log));

  const answer = async (request: ApiRequest): Promise<ApiResponse> => {
    const route = router(request.path);
    if (route === undefined) return documentFor(world, request);
    const receivedAt = ports.clock.now();
    const startedAt = ports.clock.monotonic();
    const call = callOf(request, await userOf(state, request), route);
    const response = await seated(seats, call, () => act(state, call)).catch(refuse);
    if (ports.audit !== undefined && isAudited(call, response))
      ports.audit(auditEvent(call, response, { clock: ports.clock, receivedAt, id: ports.random.uuid() }));
    return counted(state, call, { response, seconds: (ports.clock.monotonic() - startedAt) / 1_000 });
  };

  return {
    handle: (request) => answer(request).catch(refuse),
    streamSession: (request) => streamSession(state, router, request),
    proxySession: (request) => proxySession(state, router, request),
    userOf: (request) => userOf(state, request),
    allows: (user, question) => state.authorizer.decide(user, question).isAllowed,
    authorizePath: (user, path) => authorize(state.authorizer, user, { verb: "get", path }),
    objectsAs: state.objectsAs,
    quotaCharges: state.admission.accounts,
    boardUsage: state.boardUsage,
    countPass: state.metrics.countPass,
    refuse,
  };
}

/** Everybody has their share of what is done at once. */
async function seated(seats: Seats, { user }: Call, run: () => Promise<ApiResponse>): Promise<ApiResponse> {
  const leave = await seats.take(user.name);
  return run().finally(leave);
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

async function streamSession(
  state: ApiState,
  router: Router,
  request: ApiRequest,
): Promise<StreamSession | undefined> {
  const route = router(request.path);
  if (route === undefined || !leavesHttp(route)) return undefined;
  const call = callOf(request, await userOf(state, request), route);
  authorize(state.authorizer, call.user, { ...questionOf(call), verb: "create" });
  await connectionAdmitted(state, call);
  return streamSessionOf(state, call);
}

async function proxySession(
  state: ApiState,
  router: Router,
  request: ApiRequest,
): Promise<ProxySession | undefined> {
  const route = router(request.path);
  if (route === undefined || !isProxied(route)) return undefined;
  // Asking what a server can do is a kind of reading.
  const method = request.method === "OPTIONS" ? "GET" : request.method;
  const call = callOf({ ...request, method }, await userOf(state, request), route);
  authorize(state.authorizer, call.user, questionOf(call));
  await connectionAdmitted(state, call);
  return proxySessionOf(state, call);
}

async function documentFor(
  world: Parameters<typeof documentAt>[0],
  request: ApiRequest,
): Promise<ApiResponse> {
  const { method, path } = request;
  const user = await userOf(world, request);
  if (!isPublic(path)) authorize(world.authorizer, user, { verb: method.toLowerCase(), path });
  const document = await documentAt(world, request);
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
  { verb, served, subresource = "" }: Call,
  { response, seconds }: { readonly response: ApiResponse; readonly seconds: number },
): ApiResponse {
  const { group, version, plural: resource } = served;
  const { status: code } = response;
  metrics.countRequest({ verb, group, version, resource, subresource, code, seconds });
  if (!isStream(response)) return response;
  const { stream } = response;
  return {
    ...response,
    stream: async (sink) => {
      const over = metrics.countStream({ verb, resource, subresource });
      await stream(sink).finally(over);
    },
  };
}
