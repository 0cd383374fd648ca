/**
 * The detector's thread. It holds only beats and a clock, so that neither a long list nor a garbage collection of the
 * API server can blind it. It has a socket and a bus connection of its own.
 */
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { beatKeyOf, openDatagram, signDatagram } from "@kubus/shared/adapters/beat-codec.ts";
import { connectNatsBus } from "@kubus/shared/adapters/nats-bus.ts";
import type { Datagram } from "@kubus/shared/bus/beat.ts";
import { subjectOf } from "@kubus/shared/bus/subjects.ts";
import { invariant } from "@kubus/shared/errors/invariant.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { patience } from "../../nodes/detector.ts";
import { Hearings } from "./hearings.ts";
import type { BoardPlace, DetectorOptions, FromDetector, ToDetector } from "./messages.ts";
import { BoardProbe } from "./probes.ts";

invariant(parentPort !== null, "the detector runs in a worker thread");
const main = parentPort;
const options = workerData as DetectorOptions;
const tell = (message: FromDetector) => {
  main.postMessage(message);
};

const keys = new Map<string, string>();
const keyOf = (node: string) => {
  const key = keys.get(node) ?? beatKeyOf(options.clusterSecret, node);
  keys.set(node, key);
  return key;
};

/** Where each board was last heard from, or is expected. */
const places = new Map<string, BoardPlace>();
const probes = new Map<string, BoardProbe>();
let probeSequence = 0;

const hearings = new Hearings({
  clock: systemClock,
  patience: patience[options.failover],
  // Only interfaces with a carrier are listed. /sys would show those of the namespace that it was mounted in.
  hasLink: () => options.link === undefined || networkInterfaces()[options.link] !== undefined,
  onVerdict: (liveness) => {
    if (liveness.verdict === "alive") endProbe(liveness.node);
    tell({ type: "liveness", liveness });
  },
  onProbe: probe,
});

const socket = createSocket("udp4");
socket.on("message", (bytes, { address, port }) => {
  const datagram = openDatagram(bytes, keyOf);
  if (datagram?.type === "beat") {
    places.set(datagram.node, { address, udpPort: port });
    const { node, agentId, sequence } = datagram;
    socket.send(signDatagram({ type: "ack", node, agentId, sequence }, keyOf(node)), port, address);
  }
  take(datagram);
});
socket.on("error", () => undefined); // Unreachable boards are reported here; their silence tells more.

function take(datagram: Datagram | undefined): void {
  if (datagram?.type === "beat") hearings.heard(datagram.node, datagram);
  if (datagram?.type === "goodbye") hearings.saidGoodbye(datagram.node, datagram.agentId);
}

function probe(node: string): void {
  const place = places.get(node);
  if (place === undefined) return;
  let sockets = probes.get(node);
  if (sockets === undefined) {
    sockets = new BoardProbe(place, {
      onAnswer: (bytes) => {
        take(openDatagram(bytes, keyOf));
      },
      onRefused: () => {
        hearings.kernelAnswered(node);
      },
    });
    probes.set(node, sockets);
  }
  probeSequence += 1;
  sockets.send(signDatagram({ type: "probe", node, sequence: probeSequence }, keyOf(node)));
}

function endProbe(node: string): void {
  probes.get(node)?.close();
  probes.delete(node);
}

main.on("message", (message: ToDetector) => {
  switch (message.type) {
    case "expect": {
      const { node, place } = message;
      if (place !== undefined && !places.has(node)) places.set(node, place);
      hearings.expect(node);
      break;
    }
    case "forget":
      hearings.forget(message.node);
      places.delete(message.node);
      endProbe(message.node);
      break;
    case "interval":
      hearings.setInterval(message.beatIntervalMs);
      break;
  }
});

socket.bind(options.udpPort, options.host, () => {
  tell({ type: "listening", udpPort: socket.address().port });
});

const bus = await connectNatsBus({ ...options.bus, log: silentLog });
for (const subject of ["beat", "goodbye"] as const) {
  bus.subscribe(subjectOf(subject, "*"), ({ payload }) => {
    take(openDatagram(payload, keyOf));
  });
}
