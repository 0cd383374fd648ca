/** The boards in the order of their names, each with its load, and what they have learned about images. */
import type { Node } from "@kubus/shared/api/node.ts";
import { SortedKeys } from "../../cache/sorted-keys.ts";
import { boardOf, type Board } from "../board.ts";
import { imagesKnownBy } from "../filters/architecture.ts";
import { imagesAnnotation } from "../filters/filter-row.ts";
import type { Load } from "../load.ts";
import { boardChanges } from "../queue/changes.ts";

export interface Boards {
  all(): readonly Board[];
  named(name: string): Board | undefined;
  architecturesOf(image: string): ReadonlySet<string> | undefined;
  /** Returns whether the change may change a decision: most of what a Node says is about its heartbeat. */
  hear(node: Node, isDeleted: boolean): boolean;
}

/** `loadOf` gives the same object for the same name, always. */
export function makeBoards(loadOf: (name: string) => Load): Boards {
  const byName = new Map<string, Board>();
  const names = new SortedKeys();
  const places = new Map<string, number>();
  let list: Board[] | undefined;
  let images: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  const all = (): readonly Board[] => {
    if (list !== undefined) return list;
    list = names.all().flatMap((name) => byName.get(name) ?? []);
    places.clear();
    for (const [i, { name }] of list.entries()) places.set(name, i);
    return list;
  };

  const put = (node: Node): boolean => {
    const { name } = node.metadata;
    const former = byName.get(name);
    const board = boardOf(node, loadOf(name));
    byName.set(name, board);
    if (former === undefined) {
      names.add(name);
      list = undefined;
      return true;
    }
    const place = places.get(name);
    if (list !== undefined && place !== undefined) list[place] = board;
    return boardChanges(node, former.node).length > 0;
  };

  const remove = (name: string): boolean => {
    if (!byName.delete(name)) return false;
    names.delete(name);
    list = undefined;
    return true;
  };

  return {
    all,
    named: (name) => byName.get(name),
    architecturesOf: (image) => {
      images ??= learnedBy(byName.values());
      return images.get(image);
    },
    hear: (node, isDeleted) => {
      const { name, annotations, deletionTimestamp } = node.metadata;
      const former = byName.get(name)?.node.metadata.annotations?.[imagesAnnotation];
      if (isDeleted || former !== annotations?.[imagesAnnotation]) images = undefined;
      return isDeleted || deletionTimestamp !== undefined ? remove(name) : put(node);
    },
  };
}

/** What one board has read in a manifest is true for all. */
function learnedBy(boards: Iterable<Board>): ReadonlyMap<string, ReadonlySet<string>> {
  const images = new Map<string, ReadonlySet<string>>();
  for (const { node } of boards)
    for (const [image, names] of Object.entries(imagesKnownBy(node)))
      images.set(image, new Set([...(images.get(image) ?? []), ...names]));
  return images;
}
