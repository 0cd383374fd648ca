/** One life under a clock that tests move: which states it goes through, and when it asks for another look. */
import assert from "node:assert/strict";
import type { AnyStateMachine } from "xstate";
import { actorRegistry } from "@kubus/shared/machine/inspection.ts";
import { stateText } from "@kubus/shared/testing/event-table.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import type { Look } from "../engine/life.ts";
import { makeLives } from "../engine/lives.ts";

/** `machine` lives one life, named `life a`. */
export function aLife(machine: AnyStateMachine) {
  const clock = simulatedClock();
  const registry = actorRegistry({ clock });
  const onError = (error: unknown) => assert.fail(String(error));
  const lives = makeLives({ life: { name: "life", machine }, clock, registry, onError });
  const trace: string[] = [];
  let looks = 0;
  lives.onDeadline(() => (looks += 1));
  registry.onChange(({ report }) => {
    const state = stateText(report.state);
    if (trace.at(-1) !== state) trace.push(state);
  });
  return {
    look: (look: Look) => lives.tell("a", look),
    advance: async (ms: number) => {
      await clock.advance(ms);
      await settle();
    },
    state: () => stateText(registry.get("life a")?.state),
    why: () => registry.get("life a")?.why ?? "",
    /** `unseen → progressing → complete` */
    trace: () => trace.join(" → "),
    /** How often it asked for another look because a deadline passed. */
    looks: () => looks,
    end: () => lives.end("a"),
  };
}
