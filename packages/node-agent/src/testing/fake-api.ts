/**
 * A small API server on the bus for tests of the agent: objects in memory, a revision, watches.
 *
 * It knows enough rules to be honest with an agent: uids, preconditions, merge patches, graceful deletion.
 */
import type { KubeObject, ObjectMeta } from "@kubus/shared/api/meta.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { TokenRequest } from "@kubus/shared/api/reviews.ts";
import { decodeCall, encodeReply, type ApiCall, type ApiReply } from "@kubus/shared/bus/api-call.ts";
import type { Bus } from "@kubus/shared/bus/bus.ts";
import type { Channel, Channels } from "@kubus/shared/bus/channel.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { isRefusal, Refusal, refusals, statusOf } from "@kubus/shared/errors/codes.ts";

type Stored = KubeObject & {
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
};

interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly path: string;
  readonly object: Stored;
}

export interface FakeApi {
  /** Every call that arrived, as `PATCH /api/v1/...`, but for reads. */
  readonly writes: readonly string[];
  get(path: string): KubeObject | undefined;
  all(part: string): readonly KubeObject[];
  /** Creates or replaces, as somebody else would. */
  put(path: string, object: object): void;
  /** As `kubectl delete pod`: with a grace period, or without a trace at once. */
  deletePod(path: string, graceSeconds: number): void;
  remove(path: string): void;
  /** Ends all watches with 410, as after a long absence. */
  expireWatches(): void;
}

export function serveFakeApi(bus: Bus, channels: Channels, now: () => number): FakeApi {
  const objects = new Map<string, Stored>();
  const watchers = new Set<(change: Change | "expired") => void>();
  const writes: string[] = [];
  let revision = 0;
  let uids = 0;
  let tokens = 0;

  const store = (path: string, object: object, type: Change["type"]): Stored => {
    revision += 1;
    const known = object as Stored;
    const { uid, creationTimestamp, ...given } = known.metadata as Partial<ObjectMeta>;
    if (uid === undefined) uids += 1;
    const metadata = {
      ...given,
      uid: uid ?? `uid-${uids}`,
      creationTimestamp: creationTimestamp ?? new Date(now()).toISOString(),
      resourceVersion: String(revision),
    };
    const next = structuredClone({ ...known, metadata }) as Stored;
    if (type === "DELETED") objects.delete(path);
    else objects.set(path, next);
    for (const watcher of [...watchers]) watcher({ type, path, object: next });
    return next;
  };
  const found = (path: string): Stored => {
    const object = objects.get(path);
    if (object === undefined) throw new Refusal("notFound", `${path} not found`);
    return object;
  };
  const post = (path: string, body: Stored): Stored => {
    const target = `${path}/${body.metadata.name}`;
    if (objects.has(target)) throw new Refusal("alreadyExists", `${target} exists`);
    return store(target, body, "ADDED");
  };
  const patch = (path: string, body: Record<string, unknown>, merge: typeof mergePatch): Stored => {
    const target = path.replace(/\/status$/, "");
    const before = found(target);
    const uid = (body.metadata as Partial<ObjectMeta> | undefined)?.uid;
    if (uid !== undefined && uid !== before.metadata.uid) throw new Refusal("conflict", "another uid");
    return store(target, merge(before, body) as object, "MODIFIED");
  };
  const remove = (path: string, body: DeleteBody): void => {
    const object = found(path);
    const { uid } = body.preconditions ?? {};
    if (uid !== undefined && uid !== object.metadata.uid) throw new Refusal("conflict", "another uid");
    if (body.gracePeriodSeconds === 0) {
      store(path, object, "DELETED");
      return;
    }
    const metadata = {
      ...object.metadata,
      deletionTimestamp: new Date(now()).toISOString(),
      deletionGracePeriodSeconds: body.gracePeriodSeconds,
    };
    store(path, { ...object, metadata }, "MODIFIED");
  };
  const tokenFor = ({ spec }: TokenRequest): object => {
    tokens += 1;
    const { audiences = [], boundObjectRef } = spec;
    const token = ["token", tokens, boundObjectRef?.name, ...audiences].join(" ");
    return { spec, status: { token, expirationTimestamp: "" } };
  };
  const answer = (call: ApiCall): unknown => {
    const { pathname } = new URL(call.path, "bus://api");
    const body = call.body === undefined ? {} : (JSON.parse(new TextDecoder().decode(call.body)) as object);
    if (call.method !== "GET") writes.push(`${call.method} ${pathname}`);
    if (call.method === "POST" && pathname.endsWith("/token")) return tokenFor(body as TokenRequest);
    if (call.method === "POST") return post(pathname, body as Stored);
    if (call.method === "PATCH") {
      const isStrategic = call.contentType === "application/strategic-merge-patch+json";
      return patch(pathname, body as Record<string, unknown>, isStrategic ? strategicPatch : mergePatch);
    }
    if (call.method === "DELETE") return (remove(pathname, body), {});
    if (objects.has(pathname)) return found(pathname);
    if (!collections.test(pathname)) return found(pathname);
    const items = [...objects]
      .filter(([path, object]) => isIn(call.path, path, object))
      .map(([, one]) => one);
    return { metadata: { resourceVersion: String(revision) }, items };
  };

  bus.subscribe(subjectOf("api", "*"), (message) =>
    message.respond(encodeReply(replyTo(answer, message.payload))),
  );
  channels.accept(subjectOf("apiChannel", "*"), async ({ payload }, channel) => {
    const call = decodeCall(payload);
    await serveWatch(call, channel, watchers);
  });

  return {
    writes,
    get: (path) => objects.get(path),
    all: (part) => [...objects].filter(([path]) => path.includes(part)).map(([, object]) => object),
    put: (path, object) => void store(path, object, objects.has(path) ? "MODIFIED" : "ADDED"),
    deletePod: (path, gracePeriodSeconds) => remove(path, { gracePeriodSeconds }),
    remove: (path) => void store(path, found(path), "DELETED"),
    expireWatches: () => {
      for (const watcher of [...watchers]) watcher("expired");
    },
  };
}

interface DeleteBody {
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string };
}

const collections = /\/(pods|nodes|events|configmaps|secrets|endpointslices)$/;

/** Whether an object at `path` belongs to the collection that a list or watch asks for. */
function isIn(wanted: string, path: string, object: Stored): boolean {
  const { pathname, searchParams } = new URL(wanted, "bus://api");
  const plural = pathname.split("/").at(-1) ?? "";
  if (path.split("/").at(-2) !== plural) return false;
  const name = /^metadata\.name=(.*)$/.exec(searchParams.get("fieldSelector") ?? "")?.[1];
  if (name !== undefined) return object.metadata.name === name;
  const node = /^spec\.nodeName=(.*)$/.exec(searchParams.get("fieldSelector") ?? "")?.[1];
  return node === undefined || (object as unknown as Pod).spec.nodeName === node;
}

function replyTo(answer: (call: ApiCall) => unknown, payload: Uint8Array): ApiReply {
  const json = (status: number, body: unknown): ApiReply => ({
    status,
    contentType: "application/json",
    body: new TextEncoder().encode(JSON.stringify(body)),
  });
  try {
    return json(200, answer(decodeCall(payload)));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return json(refusals[error.code].status, statusOf(error));
  }
}

async function serveWatch(
  { path }: ApiCall,
  channel: Channel,
  watchers: Set<(change: Change | "expired") => void>,
): Promise<void> {
  const line = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  const since = Number(new URL(path, "bus://api").searchParams.get("resourceVersion"));
  const watcher = (change: Change | "expired") => {
    if (change === "expired") {
      void channel
        .write(line({ type: "ERROR", object: { code: 410, message: "too old" } }))
        .catch(() => undefined);
      return;
    }
    if (Number(change.object.metadata.resourceVersion) <= since || !isIn(path, change.path, change.object))
      return;
    void channel.write(line({ type: change.type, object: change.object })).catch(() => undefined);
  };
  watchers.add(watcher);
  void channel.closed.then(() => watchers.delete(watcher));
  await channel.write(line({ status: 200, contentType: "application/json" }));
}

/** RFC 7386, but for lists that have a key: conditions and addresses are merged by their type. */
function strategicPatch(before: unknown, patch: unknown): unknown {
  return mergePatch(before, patch, (was, now) => {
    if (!now.every(hasType) || !was.every(hasType)) return now;
    return [...was.filter(({ type }) => !now.some((one) => one.type === type)), ...now];
  });
}

const hasType = (value: unknown): value is { readonly type: string } =>
  typeof value === "object" && value !== null && "type" in value;

type Lists = (was: readonly unknown[], now: readonly unknown[]) => readonly unknown[];

/** RFC 7386. */
function mergePatch(before: unknown, patch: unknown, lists: Lists = (_, now) => now): unknown {
  if (Array.isArray(patch)) return lists(Array.isArray(before) ? before : [], patch);
  if (typeof patch !== "object" || patch === null) return patch;
  const isMap = typeof before === "object" && before !== null && !Array.isArray(before);
  const fields = new Map<string, unknown>(isMap ? Object.entries(before) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) fields.delete(name);
    else fields.set(name, mergePatch(fields.get(name), value, lists));
  }
  return Object.fromEntries(fields);
}
