import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../testing/settle.ts";
import { simulatedClock } from "../testing/simulated-clock.ts";
import { busContract } from "./bus.contract.ts";
import { memoryBus } from "./memory-bus.ts";

busContract("memory", () => {
  const network = memoryBus();
  const names = ["a", "b", "c"];
  return Promise.resolve({
    connect: (name) => Promise.resolve(network.connect(name)),
    breakDown: () => {
      for (const name of names) network.cut(name, "noticed");
      return Promise.resolve();
    },
    recover: () => {
      for (const name of names) network.heal(name);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  });
});

const payload = new Uint8Array(1);

test("loses the share of messages that it is told to lose", async () => {
  const network = memoryBus();
  const [a, b] = [network.connect("a"), network.connect("b")];
  let count = 0;
  b.subscribe("x", () => void (count += 1));
  network.setLoss(0.3);
  for (let i = 0; i < 1_000; i += 1) a.publish("x", payload);
  await settle();
  assert.ok(count > 600 && count < 800, `${count} of 1000 arrived`);
});

test("delays every message by the given time", async () => {
  const clock = simulatedClock();
  const network = memoryBus({ clock });
  const [a, b] = [network.connect("a"), network.connect("b")];
  const arrivals: number[] = [];
  b.subscribe("x", () => void arrivals.push(clock.monotonic()));
  network.setDelay(40);
  a.publish("x", payload);
  await clock.advance(39);
  assert.deepEqual(arrivals, []);
  await clock.advance(1);
  assert.deepEqual(arrivals, [40]);
});

test("a silent cut swallows messages of a party that still believes it is connected", async () => {
  const network = memoryBus();
  const [a, b] = [network.connect("a"), network.connect("b")];
  let count = 0;
  b.subscribe("x", () => void (count += 1));
  network.cut("b", "silent");
  a.publish("x", payload);
  await settle();
  assert.deepEqual([count, b.state()], [0, "connected"]);
  network.heal("b");
  a.publish("x", payload);
  await settle();
  assert.equal(count, 1);
});
