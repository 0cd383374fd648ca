/**
 * What travels between a control plane, the dashboard's server and its page. JSON, one message each.
 */
import type { Event } from "../api/core.ts";
import type { Node } from "../api/node.ts";
import type { Pod } from "../api/pod.ts";
import type { ActorReport } from "../machine/registry.ts";
import type { Chart } from "../machine/chart.ts";

/** A kind of object that the picture shows. */
export type FeedObject =
  | { readonly kind: "Node"; readonly object: Node }
  | { readonly kind: "Pod"; readonly object: Pod }
  | { readonly kind: "Event"; readonly object: Event };

export type CableState = "plugged" | "pulled" | "silent";

/** From the server to the page. */
export type FeedMessage =
  /** Everything that exists now; later messages change it. */
  | {
      readonly type: "snapshot";
      readonly now: number;
      readonly objects: readonly FeedObject[];
      readonly canPullCables: boolean;
    }
  | {
      readonly type: "object";
      readonly change: "ADDED" | "MODIFIED" | "DELETED";
      readonly object: FeedObject;
    }
  /** Whether the dashboard's server hears a control plane. While it does not, the picture is old. */
  | { readonly type: "link"; readonly state: "connected" | "disconnected" }
  /** Virtual cables, only where they exist. */
  | { readonly type: "cables"; readonly cables: Readonly<Record<string, CableState>> }
  /** Answers `watchActors`: the charts of all machines in that process, then its actors. */
  | { readonly type: "charts"; readonly where: string; readonly charts: readonly Chart[] }
  | { readonly type: "actors"; readonly where: string; readonly actors: readonly ActorReport[] }
  | {
      readonly type: "actor";
      readonly where: string;
      readonly report: ActorReport;
      readonly ended: boolean;
      readonly event?: string;
    }
  | { readonly type: "problem"; readonly message: string };

/** From the page to the server. */
export type FeedRequest =
  /** `where`: "server" or a node's name. Replaces the former choice. */
  | { readonly type: "watchActors"; readonly where: string }
  | {
      readonly type: "cable";
      readonly board: string;
      readonly do: "pull" | "plug";
      readonly silent?: boolean;
    };
