/**
 * One actor per open page: its line to a control plane.
 *
 * Whatever breaks, it connects again for as long as the page is open, to whichever control plane answers. What the page
 * last asked for is asked again on the new connection.
 */
import { assign, setup } from "xstate";
import { pauseMs, type Backoff } from "@kubus/shared/machine/backoff.ts";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import type { FeedConnection } from "./ports.ts";

/** Short at first: a server that was restarted is there again within a second. */
export const linkBackoff: Backoff = { firstMs: 200, factor: 1.6, maxMs: 3_000 };

interface Context {
  readonly connection: FeedConnection | undefined;
  readonly attempt: number;
}

const connectionOf = ({ context }: { readonly context: Context }) => ({ connection: context.connection });

export const linkMachine = setup({
  types: { context: {} as Context, events: {} as { type: "page.closed" } },
  actors: {
    connect: portActor<FeedConnection, undefined>("connect"),
    awaitEnd: portActor<string, { readonly connection: FeedConnection | undefined }>("awaitEnd"),
  },
  actions: {
    noteConnection: assign((_, connection: FeedConnection) => ({ connection, attempt: 0 })),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    hangUp: ({ context }) => context.connection?.close(),
    /** Provided when wired: the page learns that its picture is live. */
    tellConnected: () => undefined,
    /** Provided when wired: the page learns that its picture is old. */
    tellDisconnected: () => undefined,
  },
  delays: { backoff: ({ context }) => pauseMs(linkBackoff, context.attempt) },
}).createMachine({
  id: "page-link",
  initial: "connecting",
  context: { connection: undefined, attempt: 0 },
  on: { "page.closed": ".closed" },
  states: {
    connecting: {
      description: "Looks for a control plane that answers.",
      invoke: {
        src: "connect",
        input: undefined,
        onDone: {
          target: "connected",
          actions: { type: "noteConnection", params: ({ event }) => event.output },
        },
        onError: { target: "disconnected", actions: "countAttempt" },
      },
    },
    connected: {
      entry: "tellConnected",
      invoke: {
        src: "awaitEnd",
        input: connectionOf,
        onDone: { target: "disconnected", actions: "countAttempt" },
        onError: { target: "disconnected", actions: "countAttempt" },
      },
      exit: "hangUp",
    },
    disconnected: {
      description: "No control plane answers. The page keeps what it has.",
      entry: "tellDisconnected",
      after: { backoff: "connecting" },
    },
    closed: { type: "final" },
  },
});
