/** Kinds of apiextensions.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { customResourceDefinitionKind } from "./customresourcedefinition/kind.ts";

export const apiextensionsKinds: readonly Kind[] = [customResourceDefinitionKind];

export { customResourceDefinitionKind } from "./customresourcedefinition/kind.ts";
