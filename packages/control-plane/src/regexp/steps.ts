/** A regular expression as steps of a machine that follows all ways at once. Pure. */
import { RegexSyntaxError, type Assertion, type Test, type Tree } from "./tree.ts";

export type Step =
  | { readonly is: "character"; readonly test: Test }
  | { readonly is: "assertion"; readonly what: Assertion }
  /** Two ways; the first is preferred. */
  | { readonly is: "fork"; first: number; second: number }
  | { readonly is: "match" };

const stepsMax = 20_000;

/** Throws `RegexSyntaxError` when it is too large. `source` is for the message. */
export function stepsOf(tree: Tree, source: string): readonly Step[] {
  const steps: Step[] = [];
  emit(tree, steps, source);
  steps.push({ is: "match" });
  return steps;
}

function emit(tree: Tree, steps: Step[], source: string): void {
  if (steps.length > stepsMax) throw new RegexSyntaxError("expression too large", source);
  switch (tree.is) {
    case "nothing":
      return;
    case "character":
    case "assertion":
      steps.push(tree);
      return;
    case "sequence":
      for (const part of tree.parts) emit(part, steps, source);
      return;
    case "choice":
      emitChoice(tree.parts, steps, source);
      return;
    case "repeat":
      emitRepeat(tree, steps, source);
      return;
  }
}

type Fork = Extract<Step, { is: "fork" }>;

function pushFork(steps: Step[]): Fork {
  const fork: Fork = { is: "fork", first: steps.length + 1, second: steps.length + 1 };
  steps.push(fork);
  return fork;
}

function emitChoice(parts: readonly Tree[], steps: Step[], source: string): void {
  const exits: Fork[] = [];
  parts.forEach((part, at) => {
    const isLast = at === parts.length - 1;
    const fork = isLast ? undefined : pushFork(steps);
    emit(part, steps, source);
    if (fork === undefined) return;
    exits.push(pushFork(steps));
    fork.second = steps.length;
  });
  for (const exit of exits) exit.first = exit.second = steps.length;
}

type Repeat = Extract<Tree, { is: "repeat" }>;

function emitRepeat({ part, min, max, isLazy }: Repeat, steps: Step[], source: string): void {
  for (let times = 0; times < min; times++) emit(part, steps, source);
  const lead = (fork: Fork, inside: number, outside: number) => {
    fork.first = isLazy ? outside : inside;
    fork.second = isLazy ? inside : outside;
  };
  if (max === undefined) {
    const start = steps.length;
    const fork = pushFork(steps);
    emit(part, steps, source);
    const back = pushFork(steps);
    back.first = back.second = start;
    lead(fork, start + 1, steps.length);
    return;
  }
  const forks: { readonly fork: Fork; readonly inside: number }[] = [];
  for (let times = min; times < max; times++) {
    const fork = pushFork(steps);
    forks.push({ fork, inside: steps.length });
    emit(part, steps, source);
  }
  for (const { fork, inside } of forks) lead(fork, inside, steps.length);
}
