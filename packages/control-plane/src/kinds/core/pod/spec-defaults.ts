/**
 * What the API server fills in on a pod's spec, also inside pod templates (core/v1 `SetDefaults_PodSpec` and friends).
 * Pure. Clients rely on it: some read `securityContext` or `restartPolicy` without looking whether they are there.
 */
import type { Container, PodSpec } from "@kubus/shared/api/pod.ts";
import { withChanged, withDefaults } from "../../../api/defaults.ts";
import type { Received } from "../../received.ts";
import { setClaimSpecDefaults } from "../persistentvolumeclaim/defaults.ts";
import { setSourceDefaults } from "../volumes/defaults.ts";
import { pullPolicyOf, setContainerDefaults } from "./container-defaults.ts";
import { setDownwardFileDefaults } from "./downward-defaults.ts";
import type { DownwardFile, ProjectedSource, Volume } from "./parts.ts";

const fileMode = 0o644;
const tokenExpirationSeconds = 3_600;

export function setPodSpecDefaults(spec: Received<PodSpec> | undefined): PodSpec {
  const filled = withDefaults(spec ?? {}, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    containers: [],
  });
  const containers = (list: readonly Received<Container>[]) => list.map(setContainerDefaults);
  return {
    ...withServiceAccount(filled),
    containers: containers(filled.containers),
    ...(filled.initContainers === undefined ? {} : { initContainers: containers(filled.initContainers) }),
    ...(filled.ephemeralContainers === undefined
      ? {}
      : { ephemeralContainers: containers(filled.ephemeralContainers) }),
    ...(filled.volumes === undefined
      ? {}
      : { volumes: filled.volumes.map((volume) => setVolumeDefaults(volume as Volume)) }),
    ...(filled.tolerations === undefined ? {} : { tolerations: filled.tolerations }),
  } as PodSpec;
}

/** `serviceAccount` is the old name of `serviceAccountName`; old clients read it. */
function withServiceAccount<T extends Received<PodSpec>>(spec: T): T {
  const { serviceAccount } = spec as { readonly serviceAccount?: string };
  const name = spec.serviceAccountName || serviceAccount;
  return name ? { ...spec, serviceAccountName: name, serviceAccount: name } : spec;
}

function setVolumeDefaults(volume: Volume): Volume {
  const { name, ...sources } = volume;
  if (Object.values(sources).every((source) => source === undefined)) return { ...volume, emptyDir: {} };
  const withMode = <T extends { readonly defaultMode?: number }>(source: T): T =>
    withDefaults(source, { defaultMode: fileMode });
  const withFiles = <T extends { readonly items?: readonly DownwardFile[] }>(source: T): T =>
    withChanged(source, "items", (items) => items.map(setDownwardFileDefaults));
  let filled: Volume = { ...volume, ...(name === undefined ? {} : { name }) };
  filled = withChanged(filled, "configMap", withMode);
  filled = withChanged(filled, "secret", withMode);
  filled = setSourceDefaults(filled);
  filled = withChanged(filled, "image", (source) =>
    withDefaults(source, { pullPolicy: pullPolicyOf(source.reference ?? "") }),
  );
  filled = withChanged(filled, "ephemeral", (source) =>
    withChanged(source, "volumeClaimTemplate", (template) => ({
      ...template,
      spec: setClaimSpecDefaults(template.spec ?? {}),
    })),
  );
  filled = withChanged(filled, "downwardAPI", (source) => withFiles(withMode(source)));
  return withChanged(filled, "projected", (source) =>
    withChanged(withMode(source), "sources", (list) => list.map(setProjectedDefaults)),
  );
}

function setProjectedDefaults(source: ProjectedSource): ProjectedSource {
  const filled = withChanged(source, "serviceAccountToken", (token) =>
    withDefaults(token, { expirationSeconds: tokenExpirationSeconds }),
  );
  return withChanged(filled, "downwardAPI", (part) =>
    withChanged(part, "items", (items) => items.map(setDownwardFileDefaults)),
  );
}
