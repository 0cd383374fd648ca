/** Tells in a sentence what changed about boards, for those who do not watch the picture. */
import type { Board } from "../picture/boards.ts";
import { byId } from "./dom.ts";

export function news(): { tell(shown: readonly Board[]): void } {
  const element = byId("news");
  let former = new Map<string, Board>();
  return {
    tell: (shown) => {
      const boards = new Map(shown.map((board) => [board.name, board]));
      const sentences = [...boards.values()].flatMap((board) => sentencesOf(board, former.get(board.name)));
      former = boards;
      if (sentences.length > 0) element.textContent = sentences.join(" ");
    },
  };
}

const cableWords = { plugged: "is plugged in", pulled: "was pulled", silent: "was cut silently" } as const;

function sentencesOf(board: Board, former: Board | undefined): readonly string[] {
  if (former === undefined) return [];
  const cable =
    board.cable !== former.cable && board.cable !== undefined
      ? [`The cable of ${board.name} ${cableWords[board.cable]}.`]
      : [];
  const ready =
    board.ready === former.ready
      ? []
      : [`${board.name} is ${board.ready === "yes" ? "ready" : "not ready"}.`];
  return [...cable, ...ready];
}
