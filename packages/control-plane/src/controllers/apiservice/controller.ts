/** API services: one for each group and version that this API serves, as rows of the table of kinds come and go. */
import { apiServiceKind, servedKinds } from "../../kinds/index.ts";
import type { KindTable } from "../../kinds/kind-table.ts";
import { defineController } from "../engine/controller.ts";
import { servedVersions } from "./priorities.ts";
import { reconcile, type ApiServiceView } from "./reconcile.ts";

const builtIn = new Set(servedKinds.map(({ group, version }) => `${version}.${group}`));

export const apiServiceController = (kinds: Pick<KindTable, "served" | "onChange">) => {
  const versions = () =>
    servedVersions(kinds.served(), ({ group, version }) => builtIn.has(`${version}.${group}`));
  return defineController<ApiServiceView>({
    name: "apiservice",
    guarantee:
      "Every version of a group that is served has an APIService that says so, and no other one does.",
    watches: [{ kind: apiServiceKind, wakes: ({ object }) => [object.metadata.name] }],
    // An empty cluster has no API services that could wake it, and a row that goes leaves only its name.
    alsoWakes: (wake) => {
      let known: readonly string[] = [];
      const wakeAll = () => {
        const now = [...versions().keys()];
        for (const name of new Set([...known, ...now])) wake(name);
        known = now;
      };
      wakeAll();
      return kinds.onChange(wakeAll);
    },
    observe: (name, { cache, now }) => ({
      name,
      served: versions().get(name),
      apiService: cache.get(apiServiceKind, undefined, name),
      now,
    }),
    reconcile,
    isGone: ({ apiService, served }) => apiService === undefined && served === undefined,
  });
};
