/** What the API server fills in on pods and on pod templates. Pure. */
import type { Container, Pod, PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import { withDefaults } from "../../../api/defaults.ts";
import type { Received } from "../../received.ts";
import { setPodContainerDefaults } from "./container-defaults.ts";
import { setPodSpecDefaults } from "./spec-defaults.ts";

export function setPodDefaults(pod: Received<Pod>): Pod {
  const spec = setPodSpecDefaults(pod.spec);
  const hostNetwork = spec.hostNetwork === true;
  const filled = (container: Received<Container>) => setPodContainerDefaults(container, hostNetwork);
  return {
    ...pod,
    spec: {
      ...withDefaults(spec, { enableServiceLinks: true }),
      containers: spec.containers.map(filled),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(filled) }),
    },
  } as Pod;
}

export const setTemplateDefaults = (template: Received<PodTemplateSpec> | undefined): PodTemplateSpec =>
  ({ ...template, spec: setPodSpecDefaults(template?.spec) }) as PodTemplateSpec;
