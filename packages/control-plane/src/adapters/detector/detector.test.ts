/** The real thread, a real nats-server, real sockets: a board on loopback that beats, stops, leaves. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { after, before, test } from "node:test";
import { beatKeyOf, openDatagram, signDatagram } from "@kubus/shared/adapters/beat-codec.ts";
import { silentLog } from "@kubus/shared/log/log.ts";
import { natsServerMissing, startNatsServer, type NatsServer } from "@kubus/shared/testing/nats-server.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { startDetector, type Detector } from "./detector-thread.ts";

const skip = natsServerMissing;
const clusterSecret = randomBytes(32).toString("hex");

let nats: NatsServer;
let detector: Detector;
before(async () => {
  if (skip !== false) return;
  nats = await startNatsServer({});
  detector = await startDetector({
    bus: { servers: [nats.url], name: "detector" },
    clusterSecret,
    host: "127.0.0.1",
    udpPort: 0,
    link: undefined,
    failover: "balanced",
    workerUrl: new URL("./worker.ts", import.meta.url),
    log: silentLog,
    onCrash: (error) => {
      throw error;
    },
  });
});
after(async () => {
  if (skip !== false) return;
  await detector.stop();
  await nats.stop();
});

/** A board that beats by UDP and answers probes, as an agent does. */
class Board {
  readonly node: string;
  readonly key: string;
  readonly address: string;
  readonly socket: Socket = createSocket("udp4");
  acks = 0;
  #sequence = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(node: string, address = "127.0.0.1") {
    this.node = node;
    this.address = address;
    this.key = beatKeyOf(clusterSecret, node);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.bind(0, this.address, resolve));
    this.socket.on("message", (bytes, { port }) => {
      const datagram = openDatagram(bytes, () => this.key);
      if (datagram?.type === "ack") this.acks += 1;
      if (datagram?.type === "probe" && this.#timer !== undefined) this.#beat(port);
    });
    this.#timer = setInterval(() => {
      this.#beat(detector.udpPort);
    }, 100);
  }

  #beat(port: number): void {
    this.#sequence += 1;
    const { node } = this;
    const beat = {
      type: "beat",
      node,
      bootId: "b",
      agentId: "a",
      sequence: this.#sequence,
      sentAt: 0,
      ready: true,
    } as const;
    this.socket.send(signDatagram(beat, this.key), port, "127.0.0.1");
  }

  /** The agent hangs: its socket stays open and says nothing. */
  freeze(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  goodbye(): void {
    this.freeze();
    const bytes = signDatagram({ type: "goodbye", node: this.node, agentId: "a" }, this.key);
    this.socket.send(bytes, detector.udpPort, "127.0.0.1");
  }

  /** The agent is killed: its port is closed, and the kernel says so. */
  kill(): void {
    this.freeze();
    this.socket.close();
  }
}

const verdictBecomes = (node: string, verdict: string) =>
  until(`${node} is ${verdict}`, () => detector.of(node)?.verdict === verdict, 8_000);

test(
  "a beating board is alive and hears that it is heard; killed, its agent has stopped",
  { skip },
  async () => {
    const board = new Board("board-1");
    await board.start();
    await verdictBecomes("board-1", "alive");
    await until("beats are acknowledged", () => board.acks > 3);
    board.kill();
    await verdictBecomes("board-1", "agentStopped");
  },
);

/** Of this machine. Only such an address has a kernel that may be another one. */
const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find((each) => each?.family === "IPv4" && !each.internal)?.address;
const noNetwork = ownAddress === undefined ? "no address but loopback" : skip;

test("a frozen agent on a living board is not a dead board", { skip: noNetwork }, async () => {
  const board = new Board("board-2", ownAddress);
  await board.start();
  await verdictBecomes("board-2", "alive");
  board.freeze();
  await verdictBecomes("board-2", "agentStopped");
  board.socket.close();
});

test("our own kernel's answer says nothing about a board behind loopback", { skip }, async () => {
  const board = new Board("board-6");
  await board.start();
  await verdictBecomes("board-6", "alive");
  board.freeze();
  await verdictBecomes("board-6", "silent");
  board.socket.close();
});

test("a goodbye is believed at once", { skip }, async () => {
  const board = new Board("board-3");
  await board.start();
  await verdictBecomes("board-3", "alive");
  const seen: string[] = [];
  const following = detector.onChange(({ node, verdict }) => node === "board-3" && seen.push(verdict));
  board.goodbye();
  await verdictBecomes("board-3", "agentStopped");
  following.unsubscribe();
  assert.deepEqual(seen, ["agentStopped"]);
  board.socket.close();
});

test("nobody can beat in another board's name", { skip }, async () => {
  const forger = new Board("board-4");
  Object.assign(forger, { key: beatKeyOf(clusterSecret, "board-5") });
  await forger.start();
  const honest = new Board("board-5");
  await honest.start();
  await verdictBecomes("board-5", "alive");
  assert.equal(detector.of("board-4"), undefined);
  forger.kill();
  honest.kill();
});
