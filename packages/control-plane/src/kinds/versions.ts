/** Between the version that a client speaks and the one that is stored. Pure. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Kind } from "./kind.ts";

/** An object of a served row as it is stored. */
export const toStored = ({ storedAs }: Kind, object: KubeObject): KubeObject =>
  storedAs === undefined ? object : storedAs.toStored(object);

/** A stored object as a served row shows it. */
export const fromStored = ({ storedAs }: Kind, object: KubeObject): KubeObject =>
  storedAs === undefined ? object : storedAs.fromStored(object);
