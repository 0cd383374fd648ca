/** The main thread's end of the detector: starts the thread, keeps its newest verdicts. */
import { Worker } from "node:worker_threads";
import type { Subscription } from "@kubus/shared/bus/bus.ts";
import type { Log } from "@kubus/shared/log/log.ts";
import type { Liveness, NodeLiveness } from "../../nodes/liveness.ts";
import type { BoardPlace, DetectorOptions, FromDetector, ToDetector } from "./messages.ts";

export interface Detector extends Liveness {
  /** The UDP port that beats go to. */
  readonly udpPort: number;
  expect(node: string, place?: BoardPlace): void;
  forget(node: string): void;
  setInterval(beatIntervalMs: number): void;
  stop(): Promise<void>;
}

export interface DetectorThreadOptions extends DetectorOptions {
  /** The thread's entry file: the source, or its bundle. */
  readonly workerUrl: URL;
  readonly log: Log;
  /** The thread ended by itself: this process cannot judge boards any more and should end. */
  readonly onCrash: (error: unknown) => void;
}

/** Rejects when the UDP port is taken. */
export async function startDetector(options: DetectorThreadOptions): Promise<Detector> {
  const { workerUrl, log, onCrash, ...workerData } = options;
  const worker = new Worker(workerUrl, { workerData });
  const known = new Map<string, NodeLiveness>();
  const listeners = new Set<(liveness: NodeLiveness) => void>();
  const send = (message: ToDetector) => {
    worker.postMessage(message);
  };

  const udpPort = await new Promise<number>((resolve, reject) => {
    worker.once("error", reject);
    worker.on("message", (message: FromDetector) => {
      if (message.type === "listening") resolve(message.udpPort);
      if (message.type === "liveness") {
        known.set(message.liveness.node, message.liveness);
        for (const listener of listeners) listener(message.liveness);
      }
      if (message.type === "log") log[message.level](message.event, message.fields);
    });
  });
  worker.on("error", onCrash);

  return {
    udpPort,
    of: (node) => known.get(node),
    list: () => [...known.values()],
    onChange: (listener): Subscription => {
      listeners.add(listener);
      return { unsubscribe: () => void listeners.delete(listener) };
    },
    expect: (node, place) => {
      send({ type: "expect", node, ...(place === undefined ? {} : { place }) });
    },
    forget: (node) => {
      known.delete(node);
      send({ type: "forget", node });
    },
    setInterval: (beatIntervalMs) => {
      send({ type: "interval", beatIntervalMs });
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
