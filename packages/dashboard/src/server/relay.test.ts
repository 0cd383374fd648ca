import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@kubus/shared/log/log.ts";
import { actorRegistry } from "@kubus/shared/machine/inspection.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import type { FeedSource, PageSocket } from "./ports.ts";
import { relay, relayLimits } from "./relay.ts";

/** A page that takes text only when told to. */
function aPage() {
  const sent: string[] = [];
  const onSent: (() => void)[] = [];
  let hear: (text: string) => void = () => undefined;
  let end: () => void = () => undefined;
  const socket: PageSocket = {
    send: (text, then) => {
      sent.push(text);
      onSent.push(then);
    },
    onMessage: (listener) => (hear = listener),
    onClose: (listener) => (end = listener),
  };
  const take = () => {
    for (const then of onSent.splice(0)) then();
  };
  return { socket, sent, take, ask: (request: object) => hear(JSON.stringify(request)), leave: () => end() };
}

/** A control plane that keeps a record of everything that is done to its connections. */
function aSource() {
  const record: string[] = [];
  const lines: { say: (text: string) => void; end: (why: string) => void }[] = [];
  const source: FeedSource & { isAway: boolean } = {
    isAway: false,
    connect: (say) => {
      record.push("connect");
      if (source.isAway) return Promise.reject(new Error("away"));
      const { promise, resolve } = Promise.withResolvers<string>();
      lines.push({ say, end: resolve });
      return Promise.resolve({
        send: (text) => record.push(`send ${text}`),
        pause: () => record.push("pause"),
        resume: () => record.push("resume"),
        close: () => record.push("close"),
        closed: promise,
      });
    },
  };
  return { source, record, line: () => lines.at(-1) ?? assert.fail("Nobody connected.") };
}

async function aWorld() {
  const page = aPage();
  const control = aSource();
  const clock = simulatedClock();
  const registry = actorRegistry({ clock });
  relay(page.socket, { id: "page 1", source: control.source, clock, log: silentLog, registry });
  await settle();
  return { page, ...control, clock, registry };
}

const connected = '{"type":"link","state":"connected"}';
const disconnected = '{"type":"link","state":"disconnected"}';

test("passes on what the control plane says, as it is", async () => {
  const { page, line } = await aWorld();
  line().say('{"type":"object"}');
  assert.deepEqual(page.sent, [connected, '{"type":"object"}']);
});

test("connects again with growing pauses, and asks again for what the page looked at", async () => {
  const { page, line, record, source, clock } = await aWorld();
  page.ask({ type: "watchActors", where: "board-1" });
  const asking = 'send {"type":"watchActors","where":"board-1"}';
  assert.deepEqual(record, ["connect", asking]);
  source.isAway = true;
  line().end("gone");
  await clock.advance(200 + 320);
  assert.deepEqual(record, ["connect", asking, "close", "connect", "connect"]);
  source.isAway = false;
  await clock.advance(3_000);
  assert.deepEqual(record.slice(5), ["connect", asking]);
  assert.deepEqual(page.sent, [connected, disconnected, disconnected, disconnected, connected]);
});

test("stops reading from the control plane while the page does not keep up", async () => {
  const { page, line, record } = await aWorld();
  page.take();
  record.length = 0;
  const large = "x".repeat(relayLimits.unsentCharsMax / 2);
  line().say(large);
  line().say(large);
  assert.ok(!record.includes("pause"));
  line().say("one more");
  assert.equal(record.at(-1), "pause");
  page.take();
  assert.equal(record.at(-1), "resume");
});

test("ends with its page, in whatever state it is", async () => {
  const open = await aWorld();
  open.page.leave();
  assert.equal(open.record.at(-1), "close");
  assert.deepEqual(open.registry.list(), []);
  const away = await aWorld();
  away.source.isAway = true;
  away.line().end("gone");
  await settle();
  away.page.leave();
  await away.clock.advance(60_000);
  assert.deepEqual(away.record, ["connect", "close"]);
});
