/** The rules of the lists of a pod's containers: names are unique, and each list has its own ways (core validation). Pure. */
import type { Container, EphemeralContainer } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../causes.ts";
import type { Received } from "../../received.ts";
import { each, validateChoiceIfSaid, when } from "../../rules.ts";
import { isThere } from "../volumes/one-source.ts";
import {
  forbidLife,
  validateContainer,
  validateHostPorts,
  validateLife,
  type ContainerPlace,
} from "./validate-container.ts";
import { mountsOf } from "./validate-mounts.ts";

const namesOf = (containers: readonly Received<Container>[] | undefined = []) =>
  containers.map(({ name = "" }) => name);

export function validateContainers(place: ContainerPlace, field: string): readonly Cause[] {
  const { containers = [], terminationGracePeriodSeconds } = place.spec;
  const list = `${field}.containers`;
  if (containers.length === 0) return [cause.required(list)];
  const names = namesOf(containers);
  return [
    ...each(containers, list, (container, at, index) => {
      const { name = "" } = container;
      return [
        ...validateContainer(container, at, place),
        ...when(names.indexOf(name) < index, cause.duplicate(`${at}.name`, name)),
        ...validateLife(container, at, terminationGracePeriodSeconds),
        ...when(
          container.restartPolicy !== undefined,
          cause.forbidden(`${at}.restartPolicy`, "may not be set for non-init containers"),
        ),
      ];
    }),
    ...validateHostPorts(containers, list),
  ];
}

export function validateInitContainers(place: ContainerPlace, field: string): readonly Cause[] {
  const { containers, initContainers = [], terminationGracePeriodSeconds } = place.spec;
  const list = `${field}.initContainers`;
  const names = [...namesOf(containers), ...namesOf(initContainers)];
  const offset = names.length - initContainers.length;
  return each(initContainers, list, (container, at, index) => {
    const { name = "", restartPolicy } = container;
    const isTaken = names.slice(0, offset + index).includes(name);
    return [
      ...validateContainer(container, at, place),
      ...validateChoiceIfSaid(restartPolicy, ["Always"], `${at}.restartPolicy`),
      ...when(name !== "" && isTaken, cause.duplicate(`${at}.name`, name)),
      // One init container after the other: ports collide within one only. Kubernetes does not say in which.
      ...validateHostPorts([container], list),
      ...(restartPolicy === "Always"
        ? validateLife(container, at, terminationGracePeriodSeconds)
        : forbidLife(container, at)),
      ...when(
        restartPolicy !== "Always" && (container.resizePolicy ?? []).length > 0,
        cause.invalid(`${at}.resizePolicy`, container.resizePolicy, "must not be set for init containers"),
      ),
    ];
  });
}

/** What a container that only looks into a pod cannot have: nothing may depend on it. */
const notForLooking = [
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
] as const;

export function validateEphemeralContainers(place: ContainerPlace, field: string): readonly Cause[] {
  const { containers, initContainers, ephemeralContainers = [] } = place.spec;
  const others = [...namesOf(containers), ...namesOf(initContainers)];
  const names = [...others, ...namesOf(ephemeralContainers)];
  const why = "cannot be set for an Ephemeral Container";
  return each(ephemeralContainers, `${field}.ephemeralContainers`, (container, at, index) => {
    const { name = "", targetContainerName: target = "" } = container;
    return [
      ...validateContainer(container, at, place),
      ...validateTrimmed(container, at),
      ...when(names.slice(0, others.length + index).includes(name), cause.duplicate(`${at}.name`, name)),
      ...when(target !== "" && !others.includes(target), cause.notFound(`${at}.targetContainerName`, target)),
      ...notForLooking
        .filter((part) => isSaid(container, part))
        .map((part) => cause.forbidden(`${at}.${part}`, why)),
      ...each(mountsOf(container), `${at}.volumeMounts`, ({ subPath = "", subPathExpr = "" }, mountAt) => [
        ...when(subPath !== "", cause.forbidden(`${mountAt}.subPath`, why)),
        ...when(subPathExpr !== "", cause.forbidden(`${mountAt}.subPathExpr`, why)),
      ]),
    ];
  });
}

function isSaid(container: Received<EphemeralContainer>, part: (typeof notForLooking)[number]): boolean {
  const value: unknown = container[part];
  if (!isThere(value)) return false;
  return part === "resources" ? Object.keys(value as object).length > 0 : true;
}

/** Templates may hold images with spaces around: somebody replaces them before there is a pod. */
export const validateTrimmed = ({ image = "" }: Received<Container>, field: string): readonly Cause[] =>
  when(
    image.trim() !== image,
    cause.invalid(`${field}.image`, image, "must not have leading or trailing whitespace"),
  );
