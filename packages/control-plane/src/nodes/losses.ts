/**
 * When a node was lost lately. Remembered on the Node itself, because nothing but the store remembers. Pure.
 */
import type { Node } from "@kubus/shared/api/node.ts";
import { nodeLimits } from "./life.ts";

/** Wall-clock milliseconds, newest last, separated by commas. */
export const lossesAnnotation = "kubus.io/lost-at";

/** The losses that count: those within the window. */
export const recentLosses = (node: Node, now: number): readonly number[] =>
  (node.metadata.annotations?.[lossesAnnotation] ?? "")
    .split(",")
    .map(Number)
    .filter((at) => at > 0 && now - at < nodeLimits.flapWindowMs);
