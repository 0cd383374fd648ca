/** What a test needs of the machine. A reason to skip, said aloud by the runner, or false. */
export const needsRoot: string | false =
  process.getuid?.() === 0
    ? false
    : "Boards as network namespaces need root; run the tests as root to include these.";
