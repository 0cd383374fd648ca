/**
 * The storage classes that a cluster begins with. They are made when a server begins to lead and they are not there;
 * what a user changes about them stays, and who deletes one gets it again only with the next start, as with k3s.
 */
import type { StorageClass } from "@kubus/shared/api/storage.ts";
import { provisionerName } from "@kubus/shared/api/volume.ts";
import type { Draft } from "../../api/objects.ts";
import { storageClassKind } from "../../kinds/index.ts";
import { defineController } from "../engine/controller.ts";
import { nothing, type Plan } from "../engine/plan.ts";

/** Without a shared folder there is no class for it. */
const builtInClasses = (sharedFolder: string | undefined): ReadonlyMap<string, Draft<StorageClass>> =>
  new Map([
    [
      "local-path",
      {
        metadata: {
          name: "local-path",
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        provisioner: provisionerName.localPath,
        reclaimPolicy: "Delete",
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      } satisfies Draft<StorageClass>,
    ],
    ...(sharedFolder === undefined ? [] : [["shared", sharedClass(sharedFolder)] as const]),
  ]);

const sharedClass = (path: string): Draft<StorageClass> => ({
  metadata: { name: "shared" },
  provisioner: provisionerName.shared,
  parameters: { path },
  reclaimPolicy: "Delete",
  volumeBindingMode: "Immediate",
  allowVolumeExpansion: true,
});

export interface StorageClassView {
  readonly wanted: Draft<StorageClass> | undefined;
  readonly found: StorageClass | undefined;
}

/** `sharedFolder`: what every board sees, as the server was told; undefined where there is none. */
export function storageClassController(sharedFolder: string | undefined) {
  const wanted = builtInClasses(sharedFolder);
  return defineController<StorageClassView>({
    name: "storageclass",
    guarantee:
      "The storage classes local-path and, where boards share a folder, shared exist from the start.",
    watches: [],
    alsoWakes: (wake) => {
      for (const name of wanted.keys()) wake(name);
      return { unsubscribe: () => undefined };
    },
    observe: (name, { cache }) => ({
      wanted: wanted.get(name),
      found: cache.get(storageClassKind, undefined, name),
    }),
    reconcile: ensureClass,
  });
}

function ensureClass({ wanted, found }: StorageClassView): Plan {
  if (wanted === undefined || found !== undefined) return nothing;
  return { effects: [{ type: "create", kind: storageClassKind, object: wanted }] };
}
