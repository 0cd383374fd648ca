/** Kinds of events.k8s.io, in the order of discovery. */
import type { Kind } from "../kind.ts";
import { newEventKind } from "./event/kind.ts";

export const eventsKinds: readonly Kind[] = [newEventKind];

export { newEventKind };
