/** What a container wrote, out of its log in the CRI format: pieces joined, heads taken off. */
export const textOfLog = (log: string): string =>
  log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, , kind, ...words] = line.split(" ");
      return words.join(" ") + (kind === "F" ? "\n" : "");
    })
    .join("");
