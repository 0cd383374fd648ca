/** Bootstrap tokens: what to watch, and what their lives wait for. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import { secretKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import type { Look } from "../engine/life.ts";
import { splitKey } from "../workload/wake.ts";
import { endOf, isBootstrapToken, reconcile, type TokenView } from "./reconcile.ts";
import { tokenMachine } from "./token.machine.ts";

export const tokenCleanerController = defineController<TokenView>({
  name: "token-cleaner",
  guarantee: "A bootstrap token whose time is over goes.",
  watches: [
    {
      kind: secretKind,
      wakes: ({ object, previous }) =>
        [object, previous].some((one) => one !== undefined && isBootstrapToken(one)) ? [keyOf(object)] : [],
    },
  ],
  observe: (key, { cache, now }) => {
    const { namespace, name } = splitKey(key);
    const secret = cache.get(secretKind, namespace, name);
    return { token: secret !== undefined && isBootstrapToken(secret) ? secret : undefined, now };
  },
  reconcile,
  life: { name: "token", machine: tokenMachine, classify },
  isGone: ({ token }) => token === undefined,
});

function classify({ token, now }: TokenView): Look | undefined {
  if (token === undefined) return undefined;
  const end = endOf(token);
  if (end === undefined) return { type: "token.lasts" };
  return end <= now ? { type: "token.ended" } : { type: "token.limited", dueInMs: end - now };
}
