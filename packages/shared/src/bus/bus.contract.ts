/**
 * What every bus must do. The suite runs against the memory bus and against a real nats-server.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Trouble, type TroubleCode } from "../errors/trouble.ts";
import { until } from "../testing/until.ts";
import type { Bus, BusState } from "./bus.ts";

export interface BusWorld {
  connect(name: string): Promise<Bus>;
  /** Cuts everybody off, so that they notice; and brings them back. */
  breakDown(): Promise<void>;
  recover(): Promise<void>;
  stop(): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
const isTroubleOf = (code: TroubleCode) => (error: unknown) =>
  error instanceof Trouble && error.code === code;

export function busContract(
  name: string,
  makeWorld: () => Promise<BusWorld>,
  skip: string | false = false,
): void {
  describe(`bus: ${name}`, { skip }, () => {
    let world: BusWorld;
    let a: Bus;
    let b: Bus;
    before(async () => {
      world = await makeWorld();
      [a, b] = [await world.connect("a"), await world.connect("b")];
    });
    after(async () => {
      await Promise.all([a.close(), b.close()]);
      await world.stop();
    });

    const heard = (bus: Bus, subject: string, queue?: string) => {
      const texts: string[] = [];
      const onMessage = ({ payload }: { readonly payload: Uint8Array }) => void texts.push(text(payload));
      const subscription = bus.subscribe(subject, onMessage, queue === undefined ? {} : { queue });
      return { texts, ...subscription };
    };

    test("delivers to every subscriber, in the order of sending", async () => {
      const [one, two] = [heard(b, "order.x"), heard(b, "order.x")];
      await b.flush();
      for (let i = 0; i < 100; i += 1) a.publish("order.x", bytes(String(i)));
      await until("all messages", () => one.texts.length === 100 && two.texts.length === 100);
      assert.deepEqual(
        one.texts,
        Array.from({ length: 100 }, (_, i) => String(i)),
      );
      assert.deepEqual(two.texts, one.texts);
    });

    test("understands the wildcards * and >", async () => {
      const [star, rest] = [heard(b, "wild.*.c"), heard(b, "wild.>")];
      await b.flush();
      for (const subject of ["wild.b.c", "wild.b", "wild", "wild.b.c.d", "mild.b.c"]) {
        a.publish(subject, bytes(subject));
      }
      await until("the matching messages", () => rest.texts.length === 3);
      assert.deepEqual(rest.texts, ["wild.b.c", "wild.b", "wild.b.c.d"]);
      assert.deepEqual(star.texts, ["wild.b.c"]);
    });

    test("gives each message to one member of a queue only", async () => {
      const members = [heard(a, "queue.x", "q"), heard(b, "queue.x", "q")];
      const witness = heard(b, "queue.x");
      await Promise.all([a.flush(), b.flush()]);
      for (let i = 0; i < 50; i += 1) a.publish("queue.x", bytes(String(i)));
      await until("the witness", () => witness.texts.length === 50);
      await Promise.all([a.flush(), b.flush()]);
      assert.equal(members.flatMap(({ texts }) => texts).length, 50);
    });

    test("delivers nothing after unsubscribing", async () => {
      const [gone, stays] = [heard(b, "gone.x"), heard(b, "gone.x")];
      gone.unsubscribe();
      await b.flush();
      a.publish("gone.x", bytes("1"));
      await until("the one that stays", () => stays.texts.length === 1);
      assert.deepEqual(gone.texts, []);
    });

    test("carries a request and its answer", async () => {
      b.subscribe("echo.x", (message) => message.respond(bytes(`re: ${text(message.payload)}`)));
      await b.flush();
      const answers = await Promise.all(
        ["1", "2", "3"].map((one) => a.request("echo.x", bytes(one), { timeoutMs: 2_000 })),
      );
      assert.deepEqual(answers.map(text), ["re: 1", "re: 2", "re: 3"]);
    });

    test("tells a missing responder from a silent one and from one who gave up", async () => {
      heard(b, "mute.x");
      await b.flush();
      await assert.rejects(
        a.request("nobody.x", bytes(""), { timeoutMs: 2_000 }),
        isTroubleOf("noResponders"),
      );
      await assert.rejects(a.request("mute.x", bytes(""), { timeoutMs: 50 }), isTroubleOf("timeout"));
      const giveUp = new AbortController();
      const given = a.request("mute.x", bytes(""), { timeoutMs: 5_000, signal: giveUp.signal });
      giveUp.abort();
      await assert.rejects(given, isTroubleOf("closed"));
    });

    test("does not keep the bytes of the sender", async () => {
      const listener = heard(b, "bytes.x");
      await b.flush();
      const payload = bytes("before");
      a.publish("bytes.x", payload);
      payload.fill(0);
      await until("the message", () => listener.texts.length === 1);
      assert.deepEqual(listener.texts, ["before"]);
    });

    test("refuses a message above 4 MB and carries one of 3 MB", async () => {
      const listener = heard(b, "large.x");
      await b.flush();
      assert.throws(() => a.publish("large.x", new Uint8Array(4 * 1024 * 1024 + 1)), isTroubleOf("tooLarge"));
      a.publish("large.x", new Uint8Array(3 * 1024 * 1024));
      await until("the large message", () => listener.texts.length === 1);
      assert.equal(listener.texts[0]?.length, 3 * 1024 * 1024);
    });

    test("notices a breakdown, queues nothing meanwhile, and goes on afterwards", async () => {
      const states: BusState[] = [];
      const watching = a.onState((state) => void states.push(state));
      const listener = heard(b, "break.x");
      heard(b, "break.mute");
      await b.flush();
      const pending = a.request("break.mute", bytes(""), { timeoutMs: 30_000 });
      const failed = assert.rejects(pending, isTroubleOf("disconnected"));
      await world.breakDown();
      await failed;
      await until("both to notice", () => [a, b].every((bus) => bus.state() === "disconnected"));
      a.publish("break.x", bytes("lost"));
      const late = heard(b, "break.late");
      await assert.rejects(a.request("break.x", bytes(""), { timeoutMs: 500 }), isTroubleOf("disconnected"));
      await assert.rejects(a.flush(), isTroubleOf("disconnected"));

      await world.recover();
      await until("both to return", () => [a, b].every((bus) => bus.state() === "connected"));
      await Promise.all([a.flush(), b.flush()]);
      a.publish("break.x", bytes("after"));
      a.publish("break.late", bytes("after"));
      await until("the message", () => listener.texts.length > 0 && late.texts.length > 0);
      assert.deepEqual(
        [listener.texts, late.texts, states],
        [["after"], ["after"], ["disconnected", "connected"]],
      );
      watching.unsubscribe();
    });

    test("is of no use once closed, and says so", async () => {
      const c = await world.connect("c");
      const states: BusState[] = [];
      c.onState((state) => void states.push(state));
      await c.close();
      await c.close();
      assert.equal(c.state(), "closed");
      assert.deepEqual(states, ["closed"]);
      await assert.rejects(c.request("echo.x", bytes(""), { timeoutMs: 500 }), isTroubleOf("closed"));
      await assert.rejects(c.flush(), isTroubleOf("closed"));
      c.publish("order.x", bytes("nobody hears it"));
    });
  });
}
