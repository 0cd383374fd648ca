/**
 * One actor per open watch: how long it may last, and when a quiet one sends a bookmark.
 *
 * Events do not pass through it (they go straight from the cache to thousands of readers); it only keeps time.
 * Guarantee: whatever ends a watch, it ends once.
 */
import { emit, setup } from "xstate";

export interface WatchTimes {
  readonly lifetimeMs: number;
  readonly bookmarkPauseMs: number;
}

export const watchMachine = setup({
  types: {
    input: {} as WatchTimes,
    context: {} as WatchTimes,
    events: {} as { type: "reader.left" } | { type: "reader.fellBehind" } | { type: "kind.removed" },
    emitted: {} as { type: "bookmark.due" },
  },
  actions: { askForBookmark: emit({ type: "bookmark.due" }) },
  delays: {
    lifetime: ({ context }) => context.lifetimeMs,
    bookmarkPause: ({ context }) => context.bookmarkPauseMs,
  },
}).createMachine({
  id: "watch",
  context: ({ input }) => input,
  initial: "following",
  states: {
    following: {
      description: "Changes go to the reader as they happen.",
      after: { lifetime: "over" },
      on: { "reader.left": "over", "reader.fellBehind": "over", "kind.removed": "over" },
      initial: "marked",
      states: {
        marked: {
          description: "The reader knows a recent revision.",
          after: { bookmarkPause: { target: "marked", reenter: true, actions: "askForBookmark" } },
        },
      },
    },
    over: { description: "The reader resumes with another watch.", type: "final" },
  },
});
