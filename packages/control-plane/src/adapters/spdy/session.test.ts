import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { encodeControl, encodeDataHead, settingInitialWindow, type ControlFrame } from "./frame.ts";
import { frameReader } from "./frame-reader.ts";
import { headerPacker } from "./headers.ts";
import { spdyLimits } from "./limits.ts";
import { goAwayStatus, resetStatus, StreamReset } from "./spdy-error.ts";
import type { SpdyStream } from "./stream.ts";
import { aSession, endSessions, loopback, readAll, transports } from "./testing/loopback.ts";

after(endSessions);

const headers = (values: Record<string, string>) => new Map(Object.entries(values));
const echo = (stream: SpdyStream) => void stream.pipe(stream);

/** A server, and a peer that is made by hand. */
function aServer(
  options: { readonly take?: (stream: SpdyStream) => void; readonly clock?: typeof systemClock } = {},
) {
  const [near, far] = transports();
  const { take = () => undefined, clock = systemClock } = options;
  const session = aSession({ role: "server", transport: far, clock, accept: () => take });
  const frames: ControlFrame[] = [];
  const data = new Map<number, number>();
  const read = frameReader({
    control: (frame) => void frames.push(frame),
    data: (id, piece) => void data.set(id, (data.get(id) ?? 0) + piece.length),
  });
  near.on("data", read);
  near.on("error", () => undefined);
  const pack = headerPacker();
  const say = (frame: Parameters<typeof encodeControl>[0]) => near.write(encodeControl(frame));
  const open = (id: number, isLast = false) =>
    say({ type: "synStream", id, isLast, isOneWay: false, block: pack(headers({ streamtype: "data" })) });
  const send = (id: number, bytes: Uint8Array, isLast = false) => {
    near.write(encodeDataHead(id, bytes.length, isLast));
    near.write(bytes);
  };
  return { session, frames, data, near, say, open, send };
}

test("carries streams both ways, with their headers and their ends", async () => {
  const types: (string | undefined)[] = [];
  const { client } = loopback((given) => {
    types.push(given.get("streamtype"));
    return echo;
  });
  const streams = ["one", "two", "three"].map((name) =>
    client.open(headers({ streamType: name, port: "80" })),
  );
  for (const [i, stream] of streams.entries()) stream.end(`hello ${i}`);
  const texts = await Promise.all(streams.map(readAll));
  assert.deepEqual(texts.map(String), ["hello 0", "hello 1", "hello 2"]);
  assert.deepEqual(types, ["one", "two", "three"]);
  await Promise.all(streams.map(({ answered }) => answered));
});

test("understands frames however they were cut on the way", async () => {
  for (const size of [1, 2, 3, 7, 8, 9, 11]) {
    const { client } = loopback(
      () => echo,
      (chunk) =>
        Array.from({ length: Math.ceil(chunk.length / size) }, (_, i) =>
          chunk.subarray(i * size, (i + 1) * size),
        ),
    );
    const stream = client.open(headers({ streamtype: "data" }));
    stream.end(Buffer.alloc(3_000, "abc"));
    assert.equal((await readAll(stream)).toString(), "abc".repeat(1_000));
    client.destroy();
  }
});

test("loses nothing of a lot, in both directions at once", async () => {
  const { client } = loopback(() => echo);
  const whole = Buffer.alloc(4 * 1024 * 1024, "0123456789abcdef!");
  const streams = Array.from({ length: 4 }, () => client.open(headers({ streamtype: "data" })));
  const texts = streams.map(readAll);
  for (const stream of streams) stream.end(whole);
  for (const text of texts) assert.ok((await text).equals(whole));
});

test("keeps no more than the window for a reader that does not read", async () => {
  let stuck: SpdyStream | undefined;
  const { session, near, open, send } = aServer({ take: (stream) => (stuck = stream) });
  open(1);
  let sent = 0;
  const chunk = Buffer.alloc(16 * 1024);
  for (let i = 0; i < 200 && !near.writableNeedDrain; i += 1) {
    send(1, chunk);
    sent += chunk.length;
    await settle();
  }
  assert.ok(near.writableNeedDrain, "the sender is held up");
  assert.ok(sent <= 6 * spdyLimits.windowBytes, `${sent} bytes were taken`);
  stuck?.resume();
  await once(near, "drain");
  session.destroy();
});

test("grants what was read, and only that", async () => {
  let stream: SpdyStream | undefined;
  const { session, frames, open, send } = aServer({ take: (one) => (stream = one) });
  const granted = (id: number) =>
    frames.reduce(
      (sum, frame) => (frame.type === "windowUpdate" && frame.id === id ? sum + frame.bytes : sum),
      0,
    );
  open(1);
  send(1, Buffer.alloc(spdyLimits.windowBytes));
  await settle();
  assert.equal(granted(1), 0);
  stream?.resume();
  await until("the grants", () => granted(1) === spdyLimits.windowBytes);
  assert.equal(granted(0), spdyLimits.windowBytes);
  session.destroy();
});

test("heeds the windows of a peer that has some", async () => {
  let stream: SpdyStream | undefined;
  const { session, data, open, say } = aServer({ take: (one) => (stream = one) });
  say({ type: "settings", values: new Map([[settingInitialWindow, 1_000]]) });
  open(1);
  await until("the stream", () => stream !== undefined);
  stream?.write(Buffer.alloc(5_000));
  await until("the first window", () => data.get(1) === 1_000);
  say({ type: "windowUpdate", id: 1, bytes: 500 });
  await until("the second", () => data.get(1) === 1_500);
  say({ type: "settings", values: new Map([[settingInitialWindow, 1_200]]) });
  await until("a larger one", () => data.get(1) === 1_700);
  session.destroy();
});

test("does not wait for grants from a peer that never gave any, as kubectl", async () => {
  let stream: SpdyStream | undefined;
  const { session, data, open } = aServer({ take: (one) => (stream = one) });
  open(1);
  await until("the stream", () => stream !== undefined);
  stream?.write(Buffer.alloc(10 * spdyLimits.windowBytes));
  await until("all of it", () => data.get(1) === 10 * spdyLimits.windowBytes);
  session.destroy();
});

test("tells of a reset, by either side", async () => {
  const { client, server } = loopback(() => (stream) => stream.reset(resetStatus.internalError));
  const stream = client.open(headers({ streamtype: "data" }));
  const [error] = (await once(stream, "error")) as [StreamReset];
  assert.equal(error.status, resetStatus.internalError);
  assert.equal(await Promise.race([server.closed, client.ping().then(() => "alive")]), "alive");
});

test("refuses streams that nobody takes, or that are too many", async () => {
  const { client } = loopback((given) => (given.get("streamtype") === "data" ? () => undefined : undefined));
  await assert.rejects(client.open(headers({ streamtype: "strange" })).answered, /refusedStream/);
  const streams = Array.from({ length: spdyLimits.streamsMax + 1 }, () =>
    client.open(headers({ streamtype: "data" })),
  );
  await assert.rejects(streams.at(-1)?.answered ?? Promise.resolve(), /refusedStream/);
  await streams[0]?.answered;
  client.destroy();
});

test("answers pings, and asks by itself", async () => {
  const clock = simulatedClock();
  const { frames, say } = aServer({ clock });
  say({ type: "ping", id: 7 });
  await until("the answer", () => frames.some((frame) => frame.type === "ping" && frame.id === 7));
  await clock.advance(spdyLimits.pingPauseMs);
  await until("the question", () => frames.some((frame) => frame.type === "ping" && frame.id === 2));
});

test("says goodbye and lets the peer hang up", async () => {
  const clock = simulatedClock();
  const { session, frames, near } = aServer({ clock });
  const over = session.goodbye();
  await until("the goodbye", () => frames.some(({ type }) => type === "goAway"));
  near.end();
  await over;
  const stubborn = aServer({ clock });
  const waiting = stubborn.session.goodbye();
  await clock.advance(spdyLimits.goodbyeMs);
  await waiting;
  await until("the end", () => stubborn.near.readableEnded);
});

test("lets a stream that came whole be read after the connection is gone", async () => {
  let stream: SpdyStream | undefined;
  const { near, open, send, session } = aServer({ take: (one) => (stream = one) });
  open(1);
  send(1, Buffer.from("all of it"), true);
  await until("the stream", () => stream !== undefined);
  near.destroy();
  await session.closed;
  assert.ok(stream !== undefined);
  assert.equal(String(await readAll(stream)), "all of it");
});

test("ends open streams with the connection", async () => {
  let stream: SpdyStream | undefined;
  const { near, open } = aServer({ take: (one) => (stream = one) });
  open(1);
  await until("the stream", () => stream !== undefined);
  near.destroy();
  await until("its end", () => stream?.destroyed === true);
});

const zeroes = Buffer.alloc(spdyLimits.headerBytesMax * 4);
const head = (second: number, ...bytes: number[]) => Buffer.from([0x80, second, ...bytes]);
const offences: Readonly<Record<string, (peer: ReturnType<typeof aServer>) => void>> = {
  "another version": ({ near }) => near.write(head(2, 0, 1, 0, 0, 0, 0)),
  "a huge control frame": ({ near }) => near.write(head(3, 0, 1, 0, 0xff, 0xff, 0xff)),
  "a short control frame": ({ near }) => near.write(head(3, 0, 1, 0, 0, 0, 2, 1, 1)),
  "settings that lie": ({ near }) => near.write(head(3, 0, 4, 0, 0, 0, 4, 0, 0, 0, 9)),
  "a broken header block": ({ say }) =>
    say({ type: "synStream", id: 1, isLast: false, isOneWay: false, block: Buffer.from("no zlib at all") }),
  "a header block that explodes": ({ say }) =>
    say({
      type: "synStream",
      id: 1,
      isLast: false,
      isOneWay: false,
      block: headerPacker()(headers({ name: zeroes.toString("latin1") })),
    }),
  "a stream of ours": ({ open }) => open(2),
  "a stream number twice": ({ open }) => {
    open(1);
    open(1);
  },
  "data for what never was": ({ send }) => send(5, Buffer.from("x")),
  "data for the session": ({ send }) => send(0, Buffer.from("x")),
  "a grant of nothing": ({ say }) => say({ type: "windowUpdate", id: 0, bytes: 0 }),
  "a grant of too much": ({ say }) => say({ type: "windowUpdate", id: 0, bytes: 0x7fff_ffff }),
};

for (const [name, offend] of Object.entries(offences))
  test(`says GOAWAY and hangs up on ${name}`, async () => {
    const peer = aServer();
    offend(peer);
    await peer.session.closed;
    await until("the goodbye", () => peer.frames.some(({ type }) => type === "goAway"));
    assert.deepEqual(
      peer.frames.flatMap((frame) => (frame.type === "goAway" ? [frame.status] : [])),
      [goAwayStatus.protocolError],
    );
  });

test("cuts a peer off that asks and asks and never reads the answers", async () => {
  const [near, far] = transports();
  const session = aSession({ role: "server", transport: far, clock: systemClock });
  const ping = Buffer.concat(Array.from({ length: 1_000 }, () => encodeControl({ type: "ping", id: 1 })));
  const state = { isOver: false };
  void session.closed.then(() => (state.isOver = true));
  for (let i = 0; i < 1_000 && !state.isOver; i += 1) {
    near.write(ping);
    await settle();
  }
  assert.ok(state.isOver);
});
