/**
 * The rack: boards side by side on their switch, pods inside, and pods that move.
 *
 * A pod never moves in Kubernetes; another one takes its place. So a new pod flies in from the one that it replaces.
 */
import { waitingPods, type Board, type PodOnBoard } from "../picture/boards.ts";
import type { Picture } from "../picture/picture.ts";
import { newBoardCard, type BoardCard, type CableDeed } from "./board-card.ts";
import { byId, setAttributes, setChildren } from "./dom.ts";
import { newChip, showChip } from "./pod-chip.ts";

export interface BoardsViewOptions {
  readonly onCable: (board: string, deed: CableDeed) => void;
  readonly onPod: (key: string) => void;
}

interface Chip {
  readonly element: HTMLElement;
  pod: PodOnBoard;
  board: string;
}

const flightMs = 700;

export function boardsView({ onCable, onPod }: BoardsViewOptions): {
  show(picture: Picture, boards: readonly Board[]): void;
} {
  const rack = byId("rack");
  const waiting = byId("waiting");
  const waitingList = waiting.querySelector<HTMLElement>(".pods");
  const cards = new Map<string, BoardCard>();
  const chips = new Map<string, Chip>();

  const cardOf = (name: string): BoardCard => {
    const card = cards.get(name) ?? newBoardCard(name, (deed) => onCable(name, deed));
    cards.set(name, card);
    return card;
  };

  const chipOf = (pod: PodOnBoard, board: string): Chip => {
    const known = chips.get(pod.key);
    const chip = known ?? { element: newChip(onPod), pod, board };
    if (known?.pod !== pod) showChip(chip.element, pod);
    chips.set(pod.key, chip);
    return chip;
  };

  const place = (list: HTMLElement, board: string, pods: readonly PodOnBoard[], arrivals: Arrival[]) => {
    setChildren(
      list,
      pods.map((pod) => {
        const former = chips.get(pod.key);
        if (former === undefined || former.board !== board) {
          const origin = former?.element ?? predecessor(pod, chips.values());
          const from = origin?.isConnected === true ? origin.getBoundingClientRect() : undefined;
          arrivals.push({ key: pod.key, from });
        }
        const chip = chipOf(pod, board);
        chip.pod = pod;
        chip.board = board;
        return chip.element;
      }),
    );
  };

  const show = (picture: Picture, boards: readonly Board[]) => {
    const waitingNow = waitingPods(picture);
    const arrivals: Arrival[] = [];
    const isFirst = chips.size === 0;
    setChildren(
      rack,
      boards.map(({ name }) => cardOf(name).element),
    );
    for (const board of boards) {
      cardOf(board.name).show(board, picture.canPullCables);
      place(cardOf(board.name).pods, board.name, board.pods, arrivals);
    }
    if (waitingList !== null) place(waitingList, "", waitingNow, arrivals);
    setAttributes(waiting, { hidden: waitingNow.length === 0 });
    forget(cards, chips, boards, waitingNow);
    if (!isFirst) for (const { key, from } of arrivals) fly(chips.get(key)?.element, from);
  };
  return { show };
}

interface Arrival {
  readonly key: string;
  readonly from: DOMRect | undefined;
}

/** The pod that this one most likely replaces: the same owner's, on its way out or cut off. */
function predecessor(pod: PodOnBoard, chips: Iterable<Chip>): HTMLElement | undefined {
  if (pod.owner === undefined) return undefined;
  const siblings = [...chips].filter((chip) => chip.pod.owner === pod.owner && chip.pod.key !== pod.key);
  const isLost = ({ pod: { tone }, element }: Chip) =>
    tone === "leaving" || element.closest('[data-ready="false"]') !== null;
  return siblings.find(isLost)?.element;
}

function forget(
  cards: Map<string, BoardCard>,
  chips: Map<string, Chip>,
  boards: readonly Board[],
  waitingNow: readonly PodOnBoard[],
): void {
  const names = new Set(boards.map(({ name }) => name));
  for (const name of cards.keys()) if (!names.has(name)) cards.delete(name);
  const keys = new Set([...boards.flatMap(({ pods }) => pods), ...waitingNow].map(({ key }) => key));
  for (const key of chips.keys()) if (!keys.has(key)) chips.delete(key);
}

/** From where its predecessor was to where it is; without one it just appears. */
function fly(element: HTMLElement | undefined, from: DOMRect | undefined): void {
  if (element === undefined || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const to = element.getBoundingClientRect();
  const start =
    from === undefined
      ? { opacity: 0, transform: "scale(0.7)" }
      : { opacity: 0.6, transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)`, zIndex: 5 };
  element.animate([start, { opacity: 1, transform: "none" }], {
    duration: from === undefined ? flightMs / 3 : flightMs,
    easing: "cubic-bezier(0.2, 0.8, 0.2, 1)",
  });
}
