import assert from "node:assert/strict";
import { test } from "node:test";
import { Trouble } from "../errors/trouble.ts";
import { settle } from "../testing/settle.ts";
import { simulatedClock } from "../testing/simulated-clock.ts";
import { channelsOn } from "./bus-channel.ts";
import { channelLimits, type Channel } from "./channel.ts";
import { memoryBus } from "./memory-bus.ts";

const subject = "kubus.node.a.api-channel";
const prefix = "kubus.node.a.channel";
const bytes = (text: string) => new TextEncoder().encode(text);
const options = { subject, prefix, opening: bytes("hello"), timeoutMs: 1_000 };
const isBroken = (error: unknown) => error instanceof Trouble && error.code === "broken";

function world() {
  const clock = simulatedClock();
  const network = memoryBus({ clock });
  const [a, b] = [network.connect("a"), network.connect("b")];
  return { clock, network, a, b, opener: channelsOn(a, { clock }), acceptor: channelsOn(b, { clock }) };
}

async function pair() {
  const parts = world();
  const accepted = Promise.withResolvers<Channel>();
  parts.acceptor.accept(subject, (_, channel) => accepted.resolve(channel));
  const mine = await parts.opener.open(options);
  return { ...parts, mine, theirs: await accepted.promise };
}

async function textOf(channel: Channel): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of channel.incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("carries both directions, each to its own end", async () => {
  const { acceptor, opener } = world();
  const heard: string[] = [];
  acceptor.accept(subject, async (opening, channel) => {
    heard.push(opening.subject, new TextDecoder().decode(opening.payload));
    heard.push(await textOf(channel));
    await channel.write(bytes("and this is the answer"));
    await channel.end();
  });
  const channel = await opener.open(options);
  await channel.write(bytes("this is "));
  await channel.write(bytes("the question"));
  await channel.end();
  await assert.rejects(
    channel.write(bytes("more")),
    (error) => error instanceof Trouble && error.code === "closed",
  );
  assert.equal(await textOf(channel), "and this is the answer");
  assert.deepEqual(heard, [subject, "hello", "this is the question"]);
  assert.deepEqual(await channel.closed, { how: "ended" });
});

test("an acceptor refuses in its own words, at once or later", async () => {
  const { acceptor, opener } = world();
  const first = acceptor.accept(subject, async () => {
    await Promise.reject(new Error("no such pod"));
  });
  await assert.rejects(opener.open(options), { message: "no such pod" });
  first.unsubscribe();

  acceptor.accept(subject, async (_, channel) => {
    for await (const chunk of channel.incoming)
      throw new Error(`what is "${new TextDecoder().decode(chunk)}"?`);
  });
  const channel = await opener.open(options);
  await channel.write(bytes("x"));
  await assert.rejects(textOf(channel), { message: 'what is "x"?', code: "broken" });
  assert.deepEqual(await channel.closed, { how: "broken", reason: 'what is "x"?' });
});

test("refuses a channel in somebody else's branch", async () => {
  const { acceptor, opener } = world();
  acceptor.accept(subject, () => undefined);
  for (const foreign of ["kubus.node.b.channel", "kubus.node.a.>", "other"]) {
    await assert.rejects(opener.open({ ...options, prefix: foreign }), /no channel of its sender/);
  }
});

test("opening fails when nobody accepts, and leaves nothing behind", async () => {
  const { clock, opener } = world();
  await assert.rejects(
    opener.open(options),
    (error) => error instanceof Trouble && error.code === "noResponders",
  );
  await settle();
  assert.deepEqual(clock.pending(), []);
});

test("100 MB pass a slow reader, never with more than a window on the way", async () => {
  const { mine, theirs } = await pair();
  const total = 100 * 1024 * 1024;
  const block = new Uint8Array(1024 * 1024).map((_, i) => i % 251);
  let written = 0;
  let most = 0;
  let read = 0;
  const reading = (async () => {
    for await (const chunk of theirs.incoming) {
      assert.deepEqual(
        [chunk[0], chunk.at(-1)],
        [(read % block.length) % 251, ((read + chunk.length - 1) % block.length) % 251],
      );
      read += chunk.length;
      if ((read / channelLimits.frameBytesMax) % 16 === 0) await new Promise(setImmediate);
    }
  })();
  while (written < total) {
    await mine.write(block);
    written += block.length;
    most = Math.max(most, written - read);
  }
  await mine.end();
  await reading;
  assert.equal(read, total);
  assert.ok(most <= channelLimits.windowBytes, `${most} bytes were under way`);
});

test("a writer waits while nobody reads", async () => {
  const { mine, theirs } = await pair();
  let state = "waiting";
  const writing = mine.write(new Uint8Array(channelLimits.windowBytes + 1)).then(() => (state = "written"));
  await settle();
  assert.equal(state, "waiting");
  for await (const chunk of theirs.incoming) if (chunk.length < channelLimits.frameBytesMax) break;
  await writing;
});

test("a lost frame breaks both sides as soon as another one arrives", async () => {
  const { network, mine, theirs } = await pair();
  network.setLoss(1);
  await mine.write(bytes("lost"));
  network.setLoss(0);
  await mine.write(bytes("arrives"));
  await assert.rejects(textOf(theirs), isBroken);
  await assert.rejects(textOf(mine), isBroken);
  assert.match((await mine.closed).reason ?? "", /frame was lost/);
});

test("a lost last frame is betrayed by the next ping", async () => {
  const { clock, network, mine, theirs } = await pair();
  network.setLoss(1);
  await mine.end();
  network.setLoss(0);
  await clock.advance(channelLimits.pingAfterMs);
  assert.deepEqual([(await mine.closed).how, (await theirs.closed).how], ["broken", "broken"]);
});

test("idle channels live as long as the peer answers, and break when it falls silent", async () => {
  const { clock, network, mine, theirs } = await pair();
  await clock.advance(600_000);
  await mine.write(bytes("still here"));
  for await (const chunk of theirs.incoming) {
    assert.equal(new TextDecoder().decode(chunk), "still here");
    break;
  }
  network.cut("b", "silent");
  await clock.advance(channelLimits.silenceMaxMs + channelLimits.pingAfterMs);
  assert.deepEqual(await mine.closed, { how: "broken", reason: "The other side fell silent." });
  assert.equal((await theirs.closed).how, "broken");
  assert.deepEqual(clock.pending(), []);
});

test("breaks at once when its own connection does, and waiting writers and readers learn it", async () => {
  const { network, mine, theirs } = await pair();
  const writing = mine.write(new Uint8Array(channelLimits.windowBytes * 2));
  const reading = textOf(mine);
  network.cut("a", "noticed");
  await assert.rejects(writing, isBroken);
  await assert.rejects(reading, isBroken);
  theirs.reset("enough");
  assert.deepEqual(await theirs.closed, { how: "broken", reason: "enough" });
});

test("what arrived before a reset is still read", async () => {
  const { mine, theirs } = await pair();
  await mine.write(bytes("last words"));
  mine.reset("done for");
  const chunks: string[] = [];
  await assert.rejects(
    async () => {
      for await (const chunk of theirs.incoming) chunks.push(new TextDecoder().decode(chunk));
    },
    { message: "done for" },
  );
  assert.deepEqual(chunks, ["last words"]);
});
