/** Cuts a stream of bytes into lines of text. Holds at most one line, and refuses one that is too long. */
import { Trouble } from "@kubus/shared/errors/trouble.ts";

/** The largest object is 1.5 MB; a watch event wraps one. */
const lineCharactersMax = 4 * 1024 * 1024;

/** Yields each line without its newline; a last line without one counts too. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    const [first = "", ...rest] = decoder.decode(chunk, { stream: true }).split("\n");
    pieces.push(first);
    held += first.length;
    if (held > lineCharactersMax) throw new Trouble("tooLarge", "A line of the stream is too long.");
    for (const next of rest) {
      yield pieces.join("");
      pieces = [next];
      held = next.length;
    }
  }
  const last = pieces.join("") + decoder.decode();
  if (last !== "") yield last;
}
