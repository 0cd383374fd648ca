/** Which board can delete a volume's data now: the one that holds it, or any that sees the shared folder. */
import { nodeAnnotation, type Node } from "@kubus/shared/api/node.ts";
import type { PersistentVolume } from "@kubus/shared/api/volume.ts";
import type { Cache } from "../../cache/cache.ts";
import { nodeKind } from "../../kinds/index.ts";
import { seatOf, type Remover } from "./volume-state.ts";

export function removerOf(volume: PersistentVolume | undefined, cache: Cache): Remover {
  const seat = volume === undefined ? undefined : seatOf(volume);
  if (seat === undefined) return { why: "it does not say where its data is" };
  if ("folder" in seat) {
    const board = cache
      .list(nodeKind)
      .find(
        (node) => isThere(node) && node.metadata.annotations?.[nodeAnnotation.sharedFolder] === seat.folder,
      );
    return board === undefined
      ? { why: `no board that sees ${seat.folder} is there` }
      : { board: board.metadata.name };
  }
  const node = cache.get(nodeKind, undefined, seat.node);
  if (node === undefined) return { why: `its board ${seat.node} is not part of the cluster` };
  return isThere(node) ? { board: seat.node } : { why: `its board ${seat.node} is away` };
}

/** Whether its agent can be asked. */
export const isThere = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
