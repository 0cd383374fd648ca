/** Binding: the word of a scheduler that a pod runs on a node. Nothing of it is kept; see `pods/binding`. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { defineKind } from "../../define-kind.ts";

export const bindingKind = defineKind<KubeObject>({
  version: "v1",
  kind: "Binding",
  plural: "bindings",
  storage: "none",
  verbs: ["create"],
  owner: "nobody: it is not stored",
});
