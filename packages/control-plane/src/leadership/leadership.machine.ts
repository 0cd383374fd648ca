/**
 * One actor per server: whether this server leads the controllers.
 *
 * At most one server believes to lead: it stops believing when its renewals do not come through for `tenure`, which is
 * shorter than the time after which others take over. A server that stops in order hands over at once.
 */
import { assign, setup } from "xstate";
import { portActor } from "@kubus/shared/machine/port-actor.ts";
import { leadershipLimits } from "./claim.ts";

export type ClaimOutcome = { readonly holds: true } | { readonly holds: false; readonly waitMs: number };

const outcome = ({ event }: { event: { output: ClaimOutcome } }) => event.output;

export const leadershipMachine = setup({
  types: {
    events: {} as { type: "lease.changed" } | { type: "stop.requested" },
    context: {} as { readonly waitMs: number },
  },
  actors: {
    claim: portActor<ClaimOutcome, undefined>("claim"),
    release: portActor<unknown, undefined>("release"),
  },
  actions: {
    tellGained: () => {
      throw new Error('Nothing was provided for "tellGained".');
    },
    tellLost: () => {
      throw new Error('Nothing was provided for "tellLost".');
    },
    noteWait: assign({ waitMs: (_, seen: ClaimOutcome) => (seen.holds ? 0 : seen.waitMs) }),
  },
  guards: { holds: (_, { holds }: ClaimOutcome) => holds },
  delays: {
    abandoned: ({ context }) => context.waitMs,
    pause: leadershipLimits.retryEveryMs,
    nextRenewal: leadershipLimits.renewEveryMs,
    tenure: leadershipLimits.tenureMs,
  },
}).createMachine({
  id: "leadership",
  initial: "candidate",
  context: { waitMs: 0 },
  on: { "stop.requested": ".stopped" },
  states: {
    candidate: {
      description: "Looks at the lease and claims it, if it is free.",
      invoke: {
        src: "claim",
        onDone: [
          { guard: { type: "holds", params: outcome }, target: "leading" },
          { target: "following", actions: { type: "noteWait", params: outcome } },
        ],
        onError: "unsure",
      },
    },
    following: {
      id: "following",
      description: "Another server leads.",
      on: { "lease.changed": "candidate" },
      after: { abandoned: "candidate" },
    },
    unsure: {
      id: "unsure",
      description: "The lease could not be read or written. Whether somebody leads is unknown.",
      after: { pause: "candidate" },
    },
    leading: {
      description: "This server leads the controllers.",
      entry: "tellGained",
      exit: "tellLost",
      on: { "stop.requested": "releasing" },
      initial: "tenure",
      states: {
        tenure: {
          description: "The last renewal is fresh enough that nobody else may lead.",
          initial: "holding",
          states: {
            holding: { after: { nextRenewal: "renewing" } },
            renewing: {
              invoke: {
                src: "claim",
                onDone: [
                  { guard: { type: "holds", params: outcome }, target: "#tenure", reenter: true },
                  { target: "#following", actions: { type: "noteWait", params: outcome } },
                ],
                onError: "retrying",
              },
            },
            retrying: {
              description: "A renewal did not come through.",
              after: { pause: "renewing" },
            },
          },
          id: "tenure",
          after: { tenure: "#unsure" },
        },
      },
    },
    releasing: {
      description: "The controllers have been told to stop; the lease is given back.",
      on: { "stop.requested": {} },
      invoke: { src: "release", onDone: "stopped", onError: "stopped" },
    },
    stopped: { type: "final" },
  },
});
