import assert from "node:assert/strict";
import { test } from "node:test";
import { setup } from "xstate";
import { actorRegistry } from "../machine/inspection.ts";
import { startActor } from "../machine/run.ts";
import { simulatedClock } from "../testing/simulated-clock.ts";
import { encodeLine, followActors, readLines, type ActorLine } from "./actor-lines.ts";

const aMachine = (id: string) =>
  setup({ types: { events: {} as { type: "turned" } } }).createMachine({
    id,
    initial: "off",
    states: { off: { on: { turned: "on" } }, on: { type: "final" } },
  });

function aWorld() {
  const clock = simulatedClock();
  const registry = actorRegistry({ clock });
  const start = (machine: string) =>
    startActor(aMachine(machine), {
      id: `${machine} 1`,
      input: undefined,
      clock,
      registry,
      onError: assert.ifError,
    });
  return { registry, start };
}

const short = (line: ActorLine): string => {
  if (line.type === "charts") return `charts ${line.charts.map(({ id }) => id).join()}`;
  if (line.type === "actors") return `actors ${line.actors.map(({ id }) => id).join()}`;
  return `${line.type} ${line.report.id} ${String(line.report.state)}`;
};

test("tells charts first, then what lives, then each change; a new machine's chart before its actor", () => {
  const { registry, start } = aWorld();
  start("lamp");
  const lines: string[] = [];
  const stop = followActors(registry, (line) => lines.push(short(line)));
  start("fan").send({ type: "turned" });
  stop();
  start("radio");
  assert.deepEqual(lines, [
    "charts lamp",
    "actors lamp 1",
    "charts fan",
    "changed fan 1 off",
    "changed fan 1 on",
    "ended fan 1 on",
  ]);
});

test("reads lines back however the bytes are cut", async () => {
  const { registry, start } = aWorld();
  start("lämp");
  const lines: ActorLine[] = [];
  followActors(registry, (line) => lines.push(line));
  const bytes = lines.map(encodeLine).flatMap((line) => [...line]);
  async function* cut(size: number) {
    for (let at = 0; at < bytes.length; at += size)
      yield await Promise.resolve(Uint8Array.from(bytes.slice(at, at + size)));
  }
  for (const size of [1, 7, bytes.length]) {
    const read: ActorLine[] = [];
    for await (const line of readLines(cut(size))) read.push(line);
    assert.deepEqual(read, JSON.parse(JSON.stringify(lines)));
  }
});
