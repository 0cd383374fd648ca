/**
 * The actors of one process as a stream of plain data: charts, then everything that lives, then each change.
 *
 * The same words on the `actors` channel of a board (one JSON per line) and within a control plane. A chart always
 * comes before the first actor that runs it.
 */
import type { Chart } from "../machine/chart.ts";
import { chartOf } from "../machine/chart-of.ts";
import type { ActorChange, ActorRegistry, ActorReport } from "../machine/registry.ts";

export type ActorLine =
  /** Charts that the receiver has not seen yet. */
  | { readonly type: "charts"; readonly charts: readonly Chart[] }
  /** Everything that lives now; later lines change it. Sent once. */
  | { readonly type: "actors"; readonly actors: readonly ActorReport[] }
  | ActorChange;

/** Tells `onLine` everything, at once and from now on, until the returned function is called. */
export function followActors(registry: ActorRegistry, onLine: (line: ActorLine) => void): () => void {
  const told = new Set<string>();
  const tellNewCharts = () => {
    const fresh = [...registry.machines()].filter(([id]) => !told.has(id));
    if (fresh.length === 0) return;
    for (const [id] of fresh) told.add(id);
    onLine({ type: "charts", charts: fresh.map(([, machine]) => chartOf(machine)) });
  };

  tellNewCharts();
  onLine({ type: "actors", actors: registry.list() });
  return registry.onChange((change) => {
    if (!told.has(change.report.machine)) tellNewCharts();
    onLine(change);
  });
}

const encoder = new TextEncoder();

export const encodeLine = (line: ActorLine): Uint8Array => encoder.encode(`${JSON.stringify(line)}\n`);

/** Puts lines together again, however the bytes were cut. Throws when a line is no JSON. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ActorLine> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as ActorLine;
  }
}
