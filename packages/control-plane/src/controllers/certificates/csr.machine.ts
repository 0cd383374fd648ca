/**
 * One actor per CertificateSigningRequest: how far it has come, and how long it is still kept.
 *
 * A request that nobody judged or signed is forgotten after a day, one that is settled after an hour: the deadline is
 * this machine's, and when it passes the controller looks again and deletes. It never judges by itself.
 */
import { assign, setup } from "xstate";
import { newLife, rememberLook, type LifeContext, type Look } from "../engine/life.ts";

type CertificateLook = Look & {
  readonly type:
    | "request.unjudged"
    | "request.approved"
    | "certificate.issued"
    | "request.denied"
    | "signing.failed"
    | "request.outdated";
};

export const csrMachine = setup({
  types: { context: {} as LifeContext, events: {} as CertificateLook },
  actions: { remember: assign(({ event }) => rememberLook(event)) },
  delays: { due: ({ context }) => context.dueInMs },
}).createMachine({
  id: "csr",
  initial: "unseen",
  context: newLife,
  on: {
    "request.unjudged": { target: ".pending", actions: "remember" },
    "request.approved": { target: ".approved", actions: "remember" },
    "certificate.issued": { target: ".issued", actions: "remember" },
    "request.denied": { target: ".denied", actions: "remember" },
    "signing.failed": { target: ".failed", actions: "remember" },
    "request.outdated": { target: ".expired", actions: "remember" },
  },
  states: {
    unseen: { description: "Nobody has looked at it yet." },
    pending: { description: "Nobody has judged it.", after: { due: "expired" } },
    approved: { description: "It may be signed, and is not yet.", after: { due: "expired" } },
    issued: { description: "It has its certificate.", after: { due: "expired" } },
    denied: { description: "It will never be signed: somebody said no.", after: { due: "expired" } },
    failed: { description: "It will never be signed: its signer refused it.", after: { due: "expired" } },
    expired: { description: "It was kept for long enough and goes." },
  },
});
