/**
 * Taking a board out for good: its pods leave first, so that none stays listed on a board that is no more.
 *
 * In order: nothing new comes, what runs ends politely and is replaced elsewhere, the board goes; whatever could not
 * end in time is struck off, because its board certainly runs nothing any more.
 */
import { becomesTrue } from "../adapters/await-condition.ts";
import type { ApiClient } from "./api-client.ts";

/** How long pods may take to end; the rest ends with the board. */
const politeMs = 10_000;

/** `takeOut` ends everything on the board. An API that does not answer is no reason to keep the board. */
export async function evacuate(
  client: ApiClient,
  board: string,
  timeoutMs: number,
  takeOut: () => Promise<void>,
): Promise<void> {
  const isEmpty = async () => (await client.podsOn(board, timeoutMs)).length === 0;
  const askToLeave = async () => {
    await client.cordon(board, timeoutMs);
    for (const pod of await client.podsOn(board, timeoutMs)) await client.deletePod(pod, "polite", timeoutMs);
    await becomesTrue(isEmpty, { deadlineMs: politeMs });
  };
  await askToLeave().catch(() => undefined); // The API is away, or the board never joined.
  await takeOut();
  for (const pod of await client.podsOn(board, timeoutMs)) await client.deletePod(pod, "at once", timeoutMs);
  await client.deleteNode(board, timeoutMs);
}
