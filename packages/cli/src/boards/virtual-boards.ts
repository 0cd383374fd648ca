/**
 * The virtual world that `up` runs a cluster in: machines, their cables, their power. A port.
 *
 * Two adapters: `namespaces` (with root: each machine a network namespace with a cable to a switch) and `plain`
 * (child processes; the cable is a relay). Whatever is made is in the journal before it is made.
 */
import type { CableState } from "@kubus/shared/feed/messages.ts";

export interface Place {
  /** `board-1`, `server-1`. */
  readonly name: string;
  /** On the boards' network. */
  readonly address: string;
  /** Boards have a share of the machine, servers have what is left. */
  readonly kind: "board" | "server";
  /** Where its agent or its server takes datagrams. */
  readonly udpPort: number;
  /** Where its API listens, of a server. */
  readonly api?: { readonly host: string; readonly port: number };
}

export interface PodRoute {
  readonly podCidr: string;
  /** The board that has them. */
  readonly address: string;
}

export interface VirtualBoards {
  readonly kind: "namespaces" | "plain";
  /** What this world cannot do, a clear line each. */
  readonly limitations: readonly string[];
  /** The switch, and the machine's own cable to it. */
  raise(): Promise<void>;
  /** Builds a machine with its cable plugged in. Like after a power cut, nothing of an earlier life is there. */
  add(place: Place): Promise<void>;
  /** Takes it away with all that runs on it. Does nothing when there is none. */
  remove(name: string): Promise<void>;
  setCable(name: string, state: CableState): Promise<void>;
  /** A power loss: cut silently first, so that nothing leaves it any more, then everything on it ends at once. */
  cutPower(name: string): Promise<void>;
  /** The command line that runs `command` on a machine; `undefined`: on the host, beside the machines. */
  on(name: string | undefined, command: readonly string[]): readonly string[];
  /** The host and the servers reach exactly these pods. */
  routePods(routes: readonly PodRoute[]): Promise<void>;
  /** What an agent must be told about its machine. */
  traits(name: string): Traits;
}

export interface Traits {
  readonly runDir: string;
  /** Relative to the hierarchies' roots. */
  readonly cgroupParent: string;
  readonly link?: string;
  readonly runtime: "process" | "plain";
  /** Where this machine reaches the bus, if that is its own cable. */
  readonly bus?: { readonly host: string; readonly port: number };
  /** Where others reach its API, likewise. */
  readonly api?: { readonly host: string; readonly port: number };
  /** Where its beats go instead of to the servers, likewise. */
  readonly beats?: { readonly host: string; readonly port: number };
}
