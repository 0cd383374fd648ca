/**
 * A watch: the present state if asked for, then every change, a line of JSON each, until reader or time end it.
 *
 * INVARIANT: a watch shows every revision that concerns it once, in order, or it ends.
 */
import { Refusal, statusOf } from "@kubus/shared/errors/codes.ts";
import { isTrouble } from "@kubus/shared/errors/trouble.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { CacheEvent } from "../../cache/cache.ts";
import type { Revision } from "../../store/store.ts";
import type { Act, Call } from "../call.ts";
import { apiLimits } from "../limits.ts";
import { storeOf, type ApiState } from "../ports.ts";
import { expired } from "../refusals.ts";
import type { Sink } from "../request.ts";
import { selectionOf, type Selection } from "../selection.ts";
import { lineOf, seenAs, sharedLine } from "./lines.ts";
import { watchOptions, type WatchOptions } from "./options.ts";
import { painterOf, type Painter } from "./painter.ts";
import { watchMachine } from "./watch.machine.ts";

interface Watch {
  readonly call: Call;
  readonly options: WatchOptions;
  readonly selection: Selection;
  readonly painter: Painter;
}

export const watch: Act = async (state, call) => {
  const { request, kind } = call;
  const options = watchOptions(request.query, storeOf(state, kind));
  const opened: Watch = { call, options, selection: selectionOf(call), painter: painterOf(state, call) };
  if (options.from !== undefined) await awaitRevision(state, call, options.from);
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    stream: (sink) => follow(state, opened, sink),
  };
};

/** Waits for a revision that another server may have given out. */
export async function awaitRevision(
  state: ApiState,
  { kind }: Pick<Call, "kind">,
  revision: Revision,
): Promise<void> {
  const { cache } = state;
  if (revision <= cache.revision(kind)) return;
  await cache.waitFor(kind, revision, apiLimits.revisionWaitMs).catch((error: unknown) => {
    if (!isTrouble(error, "timeout")) throw error;
    const message = `Too large resource version: ${storeOf(state, kind).formatRevision(revision)}, current: ${cache.resourceVersion(kind)}`;
    const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "" }];
    throw new Refusal("timeout", message, { causes, retryAfterSeconds: 1 });
  });
}

async function follow(state: ApiState, watch: Watch, sink: Sink): Promise<void> {
  const { cache } = state;
  const { kind } = watch.call;
  const { startsWithState, from } = watch.options;
  // State and revision are read in one step, so that nothing falls between them.
  const revision = startsWithState ? cache.revision(kind) : (from ?? cache.revision(kind));
  if (startsWithState) await sendState(state, watch, sink);
  if (sink.gone.aborted) return;
  const life = aliveFor(state, watch, sink);
  const subscription = cache.watch(kind, revision, (event) => {
    send(watch, sink, event);
    if (sink.waitingBytes() > apiLimits.readerBehindBytesMax) {
      sink.cut(`The reader is more than ${apiLimits.readerBehindBytesMax} bytes behind.`);
      life.end("reader.fellBehind");
    }
  });
  if (typeof subscription === "string") sendGone(state, watch, { sink, revision });
  else {
    const { kinds } = state;
    const { group, version, plural } = watch.call.served;
    const removal = kinds.onChange(() => {
      if (kinds.byResource(group, version, plural) === undefined) life.end("kind.removed");
    });
    await life.over;
    removal.unsubscribe();
    subscription.unsubscribe();
  }
  life.end("reader.left");
  sink.end();
}

async function sendState(
  state: ApiState,
  { call, options, selection, painter }: Watch,
  sink: Sink,
): Promise<void> {
  const { kind, namespace } = call;
  const resourceVersion = state.cache.resourceVersion(kind);
  for (const object of state.cache.list(kind, namespace)) {
    if (!selection.matches(object)) continue;
    sink.write(painter.line("ADDED", object));
    if (sink.waitingBytes() > stateBytesAhead) await sink.drained();
    if (sink.gone.aborted) return;
  }
  if (options.marksEndOfState)
    sink.write(painter.bookmark(resourceVersion, { "k8s.io/initial-events-end": "true" }));
}

/** The present state is sent as fast as it is read, never faster. */
const stateBytesAhead = 256 * 1024;

function send({ call, selection, painter }: Watch, sink: Sink, event: CacheEvent): void {
  if (call.namespace !== undefined && event.object.metadata.namespace !== call.namespace) return;
  const seen = seenAs(event, selection.matches);
  if (seen === undefined) return;
  const isAsIs = seen.type === event.type && seen.object === event.object && painter.isPlain;
  sink.write(isAsIs ? sharedLine(event) : painter.line(seen.type, seen.object));
}

function sendGone(
  state: ApiState,
  { call }: Watch,
  { sink, revision }: { sink: Sink; revision: Revision },
): void {
  const store = storeOf(state, call.kind);
  const refusal = expired(
    `too old resource version: ${store.formatRevision(revision)} (${state.cache.resourceVersion(call.kind)})`,
  );
  sink.write(lineOf("ERROR", statusOf(refusal)));
}

/** The watch's own clock: ends it in time and sends bookmarks. */
function aliveFor(state: ApiState, { call, options, painter }: Watch, sink: Sink) {
  const { clock, random, cache, log } = state;
  const { watchLifeMinMs, watchLifeMaxMs, bookmarkPauseMs } = apiLimits;
  const lifetimeMs = options.timeoutMs ?? watchLifeMinMs + random.next() * (watchLifeMaxMs - watchLifeMinMs);
  const actor = startActor(watchMachine, {
    id: `watch ${call.kind.plural}`,
    input: { lifetimeMs: Math.min(lifetimeMs, timerMax), bookmarkPauseMs },
    clock,
    onError: (error) => log.error("watch.failed", { error: String(error) }),
  });
  actor.on("bookmark.due", () => {
    if (options.allowsBookmarks) sink.write(painter.bookmark(cache.resourceVersion(call.kind)));
  });
  const over = new Promise<void>((resolve) => actor.subscribe({ complete: resolve }));
  const end = (type: "reader.left" | "reader.fellBehind" | "kind.removed") => actor.send({ type });
  sink.gone.addEventListener("abort", () => end("reader.left"), { once: true });
  if (sink.gone.aborted) end("reader.left");
  return { over, end };
}

/** Timers of the system hold no more. */
const timerMax = 2 ** 31 - 1;
