/**
 * Cells that several kinds print alike. Texts and order are those of kubectl's own printers.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Container } from "@kubus/shared/api/pod.ts";
import { age } from "../api/age.ts";
import type { Column } from "./kind.ts";

export const none = "<none>";

export const nameColumn: Column<KubeObject> = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name must be unique within a namespace.",
  of: ({ metadata }) => metadata.name,
};

export const ageColumn: Column<KubeObject> = {
  name: "Age",
  type: "string",
  description: "When this object was created.",
  of: ({ metadata }, now) => age(metadata.creationTimestamp, now),
};

/** Containers and images of a pod template, only with -o wide. */
export function templateColumns<T extends KubeObject>(
  containersOf: (object: T) => readonly Container[],
  selectorOf: (object: T) => string,
): readonly Column<T>[] {
  const joined = (pick: (container: Container) => string) => (object: T) =>
    containersOf(object).map(pick).join(",");
  return [
    { name: "Containers", type: "string", priority: 1, of: joined(({ name }) => name) },
    { name: "Images", type: "string", priority: 1, of: joined(({ image }) => image) },
    { name: "Selector", type: "string", priority: 1, of: (object) => selectorOf(object) || none },
  ];
}
