/**
 * A cluster that exists only as messages: what a control plane's feed would say, and what a page asks of it.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { CableState, FeedMessage, FeedObject, FeedRequest } from "@kubus/shared/feed/messages.ts";
import type { Cables, FeedSource } from "@kubus/dashboard/server/compose.ts";

/** A feed that says what the test says, to every page that is open. */
export class FakeFeed implements FeedSource {
  readonly objects: FeedObject[] = [];
  readonly asked: FeedRequest[] = [];
  readonly #open = new Set<{
    readonly onText: (text: string) => void;
    readonly end: (why: string) => void;
  }>();
  isAway = false;

  connect(onText: (text: string) => void): ReturnType<FeedSource["connect"]> {
    if (this.isAway) return Promise.reject(new Error("away"));
    const { promise: closed, resolve } = Promise.withResolvers<string>();
    const line = { onText, end: resolve };
    this.#open.add(line);
    onText(JSON.stringify(this.#snapshot()));
    return Promise.resolve({
      send: (text) => this.asked.push(JSON.parse(text) as FeedRequest),
      pause: () => undefined,
      resume: () => undefined,
      close: () => this.#open.delete(line),
      closed,
    });
  }

  say(message: FeedMessage): void {
    for (const { onText } of this.#open) onText(JSON.stringify(message));
  }

  put(change: "ADDED" | "MODIFIED" | "DELETED", object: FeedObject): void {
    const others = this.objects.filter((known) => known.object.metadata.uid !== object.object.metadata.uid);
    this.objects.splice(0, Infinity, ...others, ...(change === "DELETED" ? [] : [object]));
    this.say({ type: "object", change, object });
  }

  /** Every connection ends, as when the control plane's process does. */
  breakOff(): void {
    for (const { end } of this.#open) end("broken off");
    this.#open.clear();
  }

  #snapshot(): FeedMessage {
    return { type: "snapshot", now: Date.now(), canPullCables: false, objects: this.objects };
  }
}

export class FakeCables implements Cables {
  #state: Readonly<Record<string, CableState>>;
  readonly #listeners = new Set<() => void>();

  constructor(names: readonly string[]) {
    this.#state = Object.fromEntries(names.map((name) => [name, "plugged"]));
  }

  state(): Readonly<Record<string, CableState>> {
    return this.#state;
  }

  pull(board: string, silent: boolean): Promise<void> {
    if (board === "server-1") return Promise.reject(new Error("The last server's cable stays where it is."));
    return this.#set(board, silent ? "silent" : "pulled");
  }

  plug(board: string): Promise<void> {
    return this.#set(board, "plugged");
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(board: string, state: CableState): Promise<void> {
    this.#state = { ...this.#state, [board]: state };
    for (const listener of this.#listeners) listener();
    return Promise.resolve();
  }
}

const now = () => new Date().toISOString();

export function aNode(name: string, ready = true, temperature = "52"): FeedObject {
  const object: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: name,
      resourceVersion: "1",
      creationTimestamp: now(),
      annotations: {
        "kubus.io/model": "Raspberry Pi 4 Model B Rev 1.4",
        "kubus.io/temperature-celsius": temperature,
        "kubus.io/load-1m": "0.62",
        "kubus.io/cpu-used-percent": "31",
        "kubus.io/memory-used-percent": "58",
      },
    },
    spec: {},
    status: {
      capacity: { cpu: "4", memory: "3884Mi", pods: "110" },
      conditions: [
        {
          type: "Ready",
          status: ready ? "True" : "Unknown",
          reason: ready ? "AgentReady" : "BoardUnreachable",
        },
      ],
    },
  };
  return { kind: "Node", object };
}

export interface PodLook {
  readonly name: string;
  readonly board?: string;
  readonly state?: "Running" | "starting" | "CrashLoopBackOff" | "Terminating";
  readonly restarts?: number;
  readonly owner?: string;
}

export function aPod({ name, board, state = "Running", restarts = 0, owner = "web" }: PodLook): FeedObject {
  const waiting = { starting: "ContainerCreating", CrashLoopBackOff: "CrashLoopBackOff" }[state as string];
  const runs = waiting === undefined && board !== undefined;
  const object: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      resourceVersion: "1",
      creationTimestamp: now(),
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: owner, controller: true },
      ],
      ...(state === "Terminating" ? { deletionTimestamp: now() } : {}),
    },
    spec: {
      containers: [{ name: "main", image: "host/python3" }],
      ...(board === undefined ? {} : { nodeName: board }),
    },
    status: {
      phase: runs ? "Running" : "Pending",
      ...(runs ? { podIP: "10.42.1.7" } : {}),
      conditions: [
        { type: "PodScheduled", status: board === undefined ? "False" : "True" },
        { type: "Ready", status: runs ? "True" : "False" },
      ],
      containerStatuses: [
        {
          name: "main",
          image: "host/python3",
          imageID: "host/python3",
          ready: runs,
          restartCount: restarts,
          state: waiting === undefined ? { running: { startedAt: now() } } : { waiting: { reason: waiting } },
          lastState: {},
        },
      ],
    },
  };
  return { kind: "Pod", object };
}

export function anEvent(
  name: string,
  reason: string,
  message: string,
  type: "Normal" | "Warning" = "Normal",
): FeedObject {
  return {
    kind: "Event",
    object: {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: "default", uid: name, resourceVersion: "1", creationTimestamp: now() },
      involvedObject: { kind: "Pod", namespace: "default", name: "web-7d4b9-x2k4f", uid: "web-7d4b9-x2k4f" },
      reason,
      message,
      type,
      lastTimestamp: now(),
    },
  };
}
