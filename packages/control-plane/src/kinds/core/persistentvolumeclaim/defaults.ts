/** What the API server fills in on claims (core/v1 defaults, and the two names of a data source). Pure. */
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "@kubus/shared/api/volume.ts";
import { withDefaults } from "../../../api/defaults.ts";
import { without } from "../../../api/without.ts";
import type { Received } from "../../received.ts";

type Spec = Received<PersistentVolumeClaimSpec>;

export function setClaimDefaults(claim: Received<PersistentVolumeClaim>): PersistentVolumeClaim {
  const { spec = {}, status = {} } = claim;
  return {
    ...claim,
    spec: setClaimSpecDefaults(spec),
    status: withDefaults(status, { phase: "Pending" }),
  } as PersistentVolumeClaim;
}

/** Also for claims that pods and stateful sets make. */
export const setClaimSpecDefaults = (spec: Spec): Spec =>
  withDataSources(withDefaults(spec, { volumeMode: "Filesystem" }));

/** `dataSource` knows claims and snapshots only; `dataSourceRef` knows everything. What both can say, both say. */
function withDataSources(spec: Spec): Spec {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && !isClaimOrSnapshot(dataSource))
    return withDataSources(without(spec, "dataSource"));
  if (dataSource !== undefined && dataSourceRef === undefined) return { ...spec, dataSourceRef: dataSource };
  const isLocal = dataSourceRef !== undefined && (dataSourceRef.namespace ?? "") === "";
  return dataSource === undefined && isLocal && isClaimOrSnapshot(dataSourceRef)
    ? { ...spec, dataSource: without(dataSourceRef, "namespace") }
    : spec;
}

const isClaimOrSnapshot = ({ apiGroup = "", kind }: NonNullable<Spec["dataSource"]>): boolean =>
  (apiGroup === "" && kind === "PersistentVolumeClaim") ||
  (apiGroup === "snapshot.storage.k8s.io" && kind === "VolumeSnapshot");
