import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { encodeControl, encodeDataHead } from "./frame.ts";
import { headerPacker, headerUnpacker } from "./headers.ts";
import { SpdySession } from "./session.ts";
import { transports } from "./testing/loopback.ts";

const random = seededRandom(31);
const whole = (below: number) => Math.floor(random.next() * below);
const bytes = (length: number) => Buffer.from(Array.from({ length }, () => whole(256)));
const word = () =>
  bytes(1 + whole(20))
    .toString("latin1")
    .toLowerCase();

test("unpacks whatever was packed, block after block", () => {
  for (let run = 0; run < 20; run += 1) {
    const [pack, unpack] = [headerPacker(), headerUnpacker()];
    for (let block = 0; block < 20; block += 1) {
      const headers = new Map(
        Array.from({ length: whole(8) }, () => [word(), bytes(whole(3_000)).toString("latin1")]),
      );
      assert.deepEqual(unpack(pack(headers)), headers);
    }
  }
});

/** A conversation that is right, so that what is changed in it gets far. */
function conversation(): Buffer {
  const pack = headerPacker();
  const frames: Buffer[] = [];
  for (let id = 1; id < 12; id += 2) {
    const headers = new Map([["streamtype", word()]]);
    frames.push(
      encodeControl({ type: "synStream", id, isLast: false, isOneWay: false, block: pack(headers) }),
    );
    const body = bytes(whole(500));
    frames.push(encodeDataHead(id, body.length, whole(2) === 0), body);
    frames.push(encodeControl({ type: "windowUpdate", id, bytes: 1 + whole(1_000) }));
    frames.push(encodeControl({ type: "ping", id: 1 + whole(100) }));
    if (whole(3) === 0) frames.push(encodeControl({ type: "reset", id, status: whole(12) }));
    if (whole(3) === 0)
      frames.push(encodeControl({ type: "settings", values: new Map([[7, whole(100_000)]]) }));
    if (whole(4) === 0)
      frames.push(encodeControl({ type: "headers", id, isLast: true, block: pack(headers) }));
  }
  return Buffer.concat(frames);
}

function spoilt(text: Buffer): Buffer {
  const copy = Buffer.from(text);
  for (let i = whole(6); i >= 0; i -= 1) copy[whole(copy.length)] = whole(256);
  const cut = whole(4) === 0 ? whole(copy.length) : copy.length;
  return copy.subarray(0, cut);
}

test("survives whatever a peer may send: it goes on, or it hangs up", async () => {
  for (let run = 0; run < 400; run += 1) {
    const [near, far] = transports();
    near.on("error", () => undefined).resume();
    const session = new SpdySession({
      role: whole(2) === 0 ? "server" : "client",
      transport: far,
      clock: systemClock,
      accept: () => (whole(5) === 0 ? undefined : (stream) => stream.pipe(stream)),
    });
    const text = whole(8) === 0 ? bytes(whole(2_000)) : spoilt(conversation());
    for (let at = 0; at < text.length;) {
      const length = 1 + whole(300);
      near.write(text.subarray(at, at + length));
      at += length;
    }
    near.end();
    await settle();
    await session.closed;
  }
});
