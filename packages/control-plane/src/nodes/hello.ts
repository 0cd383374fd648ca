/**
 * Greets agents: tells each how often to beat, where to, and with which key.
 *
 * The subject proves who asks; a hello that claims another name is not answered.
 */
import type { Bus, Subscription } from "@kubus/shared/bus/bus.ts";
import type { Hello, HelloReply } from "@kubus/shared/bus/hello.ts";
import { beatIntervalMs } from "@kubus/shared/bus/beat.ts";
import { nodeOf, subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";

export interface HelloOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly beatKeyOf: (node: string) => string;
  readonly beatTargets: HelloReply["beatTargets"];
  /** How many boards there are now, this one included or not. */
  readonly boards: () => number;
  /** Called for every board that presents itself, before it is answered. */
  readonly onHello: (hello: Hello) => void;
}

export function greetAgents(options: HelloOptions): Subscription {
  const { bus, clock, log, beatKeyOf, beatTargets, boards, onHello } = options;
  return bus.subscribe(subjectOf("hello", "*"), (message) => {
    const hello = parseHello(message.payload);
    const node = nodeOf(message.subject);
    if (hello?.node !== node) {
      log.warn("hello.refused", { node, claims: hello?.node ?? "nothing readable" });
      return;
    }
    onHello(hello);
    const reply: HelloReply = {
      now: clock.now(),
      beatKey: beatKeyOf(node),
      beatIntervalMs: beatIntervalMs(boards()),
      beatTargets,
    };
    message.respond(new TextEncoder().encode(JSON.stringify(reply)));
  });
}

function parseHello(payload: Uint8Array): Hello | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    const isHello =
      typeof value === "object" &&
      value !== null &&
      "node" in value &&
      "address" in value &&
      "udpPort" in value;
    return isHello ? (value as Hello) : undefined;
  } catch {
    return undefined; // Not JSON: answered like any other hello that is not one.
  }
}
