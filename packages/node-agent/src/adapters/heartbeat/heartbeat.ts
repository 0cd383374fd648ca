/**
 * The heartbeat on real paths: the bus and a UDP socket. What to do when is the machine's; here is how.
 *
 * Probes are answered with a beat at once. Nothing here waits for anything else in the agent.
 */
import type { Actor } from "xstate";
import { openDatagram, signDatagram } from "@kubus/shared/adapters/beat-codec.ts";
import type { Beat } from "@kubus/shared/bus/beat.ts";
import type { Bus } from "@kubus/shared/bus/bus.ts";
import type { Hello, HelloReply } from "@kubus/shared/bus/hello.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import { startActor } from "@kubus/shared/machine/run.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { beaterMachine } from "../../beat/beater.machine.ts";
import type { AgentConfig } from "../../config.ts";
import type { Datagrams, Heartbeat } from "../../ports/heartbeat.ts";

export const heartbeatLimits = { helloTimeoutMs: 1_500, farewellMs: 500 } as const;

export interface HeartbeatOptions {
  readonly hello: Hello;
  readonly bus: Bus;
  readonly datagrams: Datagrams;
  /** Where beats go by UDP instead of to the servers. */
  readonly beatVia?: AgentConfig["beatVia"];
  readonly clock: Clock;
  readonly log: Log;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
}

export function makeHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { hello, bus, datagrams, beatVia, clock, log, onError } = options;
  const { node, agentId, bootId } = hello;
  let sequence = 0;
  let ready = false;
  let terms: HelloReply | undefined;

  const nextBeat = (): Beat => {
    sequence += 1;
    return { type: "beat", node, bootId, agentId, sequence, sentAt: Math.round(clock.monotonic()), ready };
  };
  const sendToServers = (bytes: Uint8Array, { beatTargets }: HelloReply) => {
    for (const target of beatVia === undefined ? beatTargets : [beatVia]) datagrams.send(bytes, target);
  };
  const beat = () => {
    if (terms === undefined) return;
    const bytes = signDatagram(nextBeat(), terms.beatKey);
    sendToServers(bytes, terms);
    if (bus.state() === "connected") bus.publish(subjectOf("beat", node), bytes);
  };
  const sayHello = async (signal: AbortSignal): Promise<HelloReply> => {
    const payload = new TextEncoder().encode(JSON.stringify(hello));
    const limits = { timeoutMs: heartbeatLimits.helloTimeoutMs, signal };
    const reply = await bus.request(subjectOf("hello", node), payload, limits);
    terms = JSON.parse(new TextDecoder().decode(reply)) as HelloReply;
    log.info("hello.answered", { intervalMs: terms.beatIntervalMs, servers: terms.beatTargets.length });
    return terms;
  };

  const machine = beaterMachine.provide({
    actions: { beat },
    actors: { sayHello: fill((_, signal) => sayHello(signal)) },
  });
  let actor: Actor<typeof beaterMachine> | undefined;

  datagrams.onDatagram((bytes, from) => {
    const { beatKey } = terms ?? {};
    if (beatKey === undefined) return;
    const datagram = openDatagram(bytes, (name) => (name === node ? beatKey : undefined));
    if (datagram?.type === "probe") datagrams.send(signDatagram(nextBeat(), beatKey), from);
  });

  return {
    start: () =>
      new Promise((resolve) => {
        const registry = options.registry === undefined ? {} : { registry: options.registry };
        actor = startActor(machine, { id: `beater ${node}`, input: undefined, clock, onError, ...registry });
        const known = actor.subscribe(({ context }) => {
          if (context.terms === undefined) return;
          known.unsubscribe();
          resolve();
        });
        bus.onState((state) => {
          if (state === "connected") actor?.send({ type: "bus.returned" });
        });
      }),
    setReady: (value) => {
      if (ready === value) return;
      ready = value;
      beat();
    },
    goodbye: async () => {
      actor?.send({ type: "agent.stopping" });
      if (terms !== undefined) {
        const bytes = signDatagram({ type: "goodbye", node, agentId }, terms.beatKey);
        sendToServers(bytes, terms);
        if (bus.state() === "connected") {
          bus.publish(subjectOf("goodbye", node), bytes);
          // A bus that does not answer must not hold up the agent's end: the UDP goodbye is on its way.
          await Promise.race([bus.flush(), pause(clock)]).catch(() => undefined);
        }
      }
      terms = undefined;
      datagrams.close();
    },
  };
}

const pause = (clock: Clock) =>
  new Promise<void>((resolve) => {
    clock.setTimeout(() => {
      resolve();
    }, heartbeatLimits.farewellMs);
  });
