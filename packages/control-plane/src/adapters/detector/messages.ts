/** What the detector's thread and the main thread tell each other. Plain data. */
import type { NatsOptions } from "@kubus/shared/adapters/nats-bus.ts";
import type { NodeLiveness } from "../../nodes/liveness.ts";
import type { patience } from "../../nodes/detector.ts";

export interface DetectorOptions {
  readonly bus: Pick<NatsOptions, "servers" | "ca" | "seed" | "name">;
  readonly clusterSecret: string;
  /** Where beats by UDP arrive. Port 0: any free one, told by `listening`. */
  readonly host: string;
  readonly udpPort: number;
  /** The interface whose carrier is this server's own link. */
  readonly link: string | undefined;
  readonly failover: keyof typeof patience;
}

/** Where a board is probed. Without a port only its kernel is asked, and on loopback nobody. */
export interface BoardPlace {
  readonly address: string;
  readonly udpPort?: number;
}

export type ToDetector =
  /** A board that should be heard from now on. Its address is where probes go until a beat tells better. */
  | { readonly type: "expect"; readonly node: string; readonly place?: BoardPlace }
  | { readonly type: "forget"; readonly node: string }
  | { readonly type: "interval"; readonly beatIntervalMs: number };

export type FromDetector =
  | { readonly type: "listening"; readonly udpPort: number }
  | { readonly type: "liveness"; readonly liveness: NodeLiveness }
  | {
      readonly type: "log";
      readonly level: "info" | "warn" | "error";
      readonly event: string;
      readonly fields: Record<string, string | number>;
    };
