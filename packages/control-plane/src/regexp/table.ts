/**
 * Whether a text matches, and nothing more: the ways through an expression that are open at one place are one state, and
 * what each character makes of a state is remembered. A character costs one look into a table.
 */
import type { Step } from "./steps.ts";

interface State {
  /** Steps that read a character, or wait for the end of the text. */
  readonly places: readonly number[];
  readonly isMatch: boolean;
  readonly next: Map<number, State>;
}

const statesMax = 2_000;

/** Undefined when the expression looks at more of its surroundings than where the text begins and ends. */
export function makeTest(steps: readonly Step[]): ((text: string) => boolean) | undefined {
  const isPlain = steps.every(
    (step) => step.is !== "assertion" || step.what === "textStart" || step.what === "textEnd",
  );
  if (!isPlain) return undefined;
  let known = new Map<string, State>();
  const stateOf = (places: ReadonlySet<number>): State => {
    const key = [...places].join(" ");
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= statesMax) known = new Map();
    const list = [...places];
    const state = {
      places: list,
      isMatch: list.some((at) => steps[at]?.is === "match"),
      next: new Map<number, State>(),
    };
    known.set(key, state);
    return state;
  };
  const after = (state: State, code: number): State => {
    const places = new Set<number>();
    for (const at of state.places) {
      const step = steps[at];
      if (step?.is === "character" && step.test(code))
        follow(steps, at + 1, { isStart: false, isEnd: false }, places);
    }
    // A match may begin anywhere.
    follow(steps, 0, { isStart: false, isEnd: false }, places);
    const next = stateOf(places);
    state.next.set(code, next);
    return next;
  };
  const start = follow(steps, 0, { isStart: true, isEnd: false }, new Set());
  return (text) => {
    let state = stateOf(start);
    for (let at = 0; at < text.length;) {
      if (state.isMatch) return true;
      if (state.places.length === 0) return false;
      const code = text.codePointAt(at) ?? 0;
      state = state.next.get(code) ?? after(state, code);
      at += code > 0xffff ? 2 : 1;
    }
    return state.isMatch || endsWell(steps, state, text === "");
  };
}

interface Surroundings {
  readonly isStart: boolean;
  readonly isEnd: boolean;
}

/** Adds all places that are reached from `first` without reading a character. */
function follow(
  steps: readonly Step[],
  first: number,
  { isStart, isEnd }: Surroundings,
  places: Set<number>,
): Set<number> {
  const open = [first];
  const seen = new Set<number>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const step = steps[at];
    if (step?.is === "fork") open.push(step.second, step.first);
    else if (step?.is !== "assertion") places.add(at);
    else if (step.what === "textStart") {
      if (isStart) open.push(at + 1);
    } else if (isEnd) open.push(at + 1);
    else places.add(at);
  }
  return places;
}

function endsWell(steps: readonly Step[], { places }: State, isStart: boolean): boolean {
  const reached = new Set<number>();
  for (const at of places) follow(steps, at, { isStart, isEnd: true }, reached);
  return [...reached].some((at) => steps[at]?.is === "match");
}
