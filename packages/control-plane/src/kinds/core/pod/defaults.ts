/** What the API server fills in on pods and on pod templates. Pure. */
import type { Pod, PodTemplateSpec } from "@kubus/shared/api/pod.ts";
import type { Received } from "../../received.ts";
import { setPodSpecDefaults } from "./spec-defaults.ts";

export const setPodDefaults = (pod: Received<Pod>): Pod =>
  ({ ...pod, spec: setPodSpecDefaults(pod.spec) }) as Pod;

export const setTemplateDefaults = (template: Received<PodTemplateSpec> | undefined): PodTemplateSpec =>
  ({ ...template, spec: setPodSpecDefaults(template?.spec) }) as PodTemplateSpec;
