/** Whom a change in the cluster wakes: a pod itself, those whose claims changed, and those of the room whom it may help. */
import { keyOf } from "@kubus/shared/api/meta.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { isSame } from "../../api/same.ts";
import type { CacheEvent } from "../../cache/cache.ts";
import type { Watch } from "../../controllers/engine/controller.ts";
import {
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podKind,
  storageClassKind,
} from "../../kinds/index.ts";
import { isPending } from "../decide.ts";
import type { ChangeName } from "../filters/filter-row.ts";
import type { Ledger } from "../ledger.ts";
import { boardChanges, podChanges } from "./changes.ts";
import type { WaitingRoom } from "./waiting-room.ts";

interface Waiting {
  readonly ledger: Ledger;
  readonly room: WaitingRoom;
}

const nobody: readonly string[] = [];

export function watchesOf({ ledger, room }: Waiting): readonly Watch[] {
  const helped = (name: ChangeName) => room.helped({ names: [name] });
  return [
    { kind: podKind, wakes: wakePods({ ledger, room }) },
    { kind: nodeKind, wakes: wakeForBoards({ ledger, room }) },
    {
      kind: persistentVolumeClaimKind,
      wakes: ({ object }) => [...ledger.waitingFor(keyOf(object))],
    },
    { kind: persistentVolumeKind, wakes: () => helped("volume") },
    { kind: storageClassKind, wakes: () => helped("storageClass") },
    {
      kind: namespaceKind,
      wakes: ({ object, previous }) =>
        isSame(object.metadata.labels, previous?.metadata.labels) ? nobody : helped("namespaceLabels"),
    },
  ];
}

const wakePods =
  ({ ledger, room }: Waiting) =>
  (event: CacheEvent): readonly string[] => {
    const now = event.object as Pod;
    const before = event.previous as Pod | undefined;
    const isDeleted = event.type === "DELETED";
    const wasPending = before !== undefined && isPending(before);
    const own = isPending(now) || wasPending ? wakeItself(event, room) : nobody;
    const names = podChanges({ now, before, isDeleted });
    if (names.length === 0 || room.count() === 0) return own;
    const board = ledger.around.boardNamed(now.spec.nodeName ?? "");
    return [...own, ...room.helped({ names, board })];
  };

function wakeItself(event: CacheEvent, room: WaitingRoom): readonly string[] {
  if (!isPlacementChanged(event)) return nobody;
  const key = keyOf(event.object);
  // What was to be its, somebody else may have.
  if (event.type === "DELETED" && (event.object as Pod).spec.nodeName === undefined)
    return [key, ...room.deputies()];
  return [key];
}

/** Our own binding and our own words about a pod need no look. */
function isPlacementChanged({ type, object, previous }: CacheEvent): boolean {
  if (type !== "MODIFIED" || previous === undefined) return true;
  if (((object as Pod).spec.nodeName ?? "") !== "") return false;
  const { metadata: now } = object;
  const { metadata: before } = previous;
  return (
    now.generation !== before.generation ||
    now.deletionTimestamp !== before.deletionTimestamp ||
    !isSame(now.labels, before.labels)
  );
}

const wakeForBoards =
  ({ ledger, room }: Waiting) =>
  ({ type, object, previous }: CacheEvent): readonly string[] => {
    if (room.count() === 0) return nobody;
    // A domain that is gone is no longer the emptiest.
    if (type === "DELETED") return room.helped({ names: ["boardLabels"] });
    const names = boardChanges(object as Node, previous as Node | undefined);
    if (names.length === 0) return nobody;
    return room.helped({ names, board: ledger.around.boardNamed(object.metadata.name) });
  };
