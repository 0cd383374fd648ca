/** What a test must undo also when it is interrupted: its run is ended by a signal, or by its own time limit. */
const undone = new Set<() => Promise<void>>();

async function undoAll(): Promise<void> {
  // The youngest first, with those that the test still makes meanwhile; one that fails must not keep the others from it.
  for (let undo = [...undone].at(-1); undo !== undefined; undo = [...undone].at(-1)) {
    undone.delete(undo);
    await undo().catch(() => undefined);
  }
  process.exit(1);
}

/** Gives the function to call in the ordinary case; it is not called again afterwards. */
export function undoing(undo: () => Promise<void>): () => Promise<void> {
  if (undone.size === 0) {
    process.once("SIGTERM", () => void undoAll());
    process.once("SIGINT", () => void undoAll());
  }
  undone.add(undo);
  return async () => {
    undone.delete(undo);
    await undo();
  };
}
