/** Carries a walk-through out, command by command, and says where it went otherwise than it is written. */
import { until } from "@kubus/shared/testing/until.ts";
import { compare, type Names } from "./match.ts";
import type { Step } from "./script.ts";
import type { Output, Stage } from "./stage.ts";

/** A command that is tried again must print what is expected within this time: a minute may have to begin first. */
const deadlineMs = 75_000;

export interface Performance {
  readonly steps: readonly Step[];
  readonly stage: Stage;
  /** The script's name, for complaints. */
  readonly file: string;
}

/** Rejects at the first command whose end or output is not what is written. */
export async function perform({ steps, stage, file }: Performance): Promise<void> {
  let names: Names = {};
  for (const step of steps) {
    const complain = (why: string, output: Output) =>
      new Error(complaint(`${file}:${step.line}`, step, why, output));
    names = await (step.mode === "comes to" ? comesTo : once)({ step, stage, names, complain });
  }
}

interface Turn {
  readonly step: Step;
  readonly stage: Stage;
  readonly names: Names;
  readonly complain: (why: string, output: Output) => Error;
}

async function once({ step, stage, names, complain }: Turn): Promise<Names> {
  const output = await stage.run(step.command, names);
  const { why, learned } = judge(step, output, names);
  if (learned === undefined) throw complain(why, output);
  return learned;
}

async function comesTo({ step, stage, names, complain }: Turn): Promise<Names> {
  let output: Output = { succeeded: false, text: "" };
  let why = "";
  const attempt = async () => {
    output = await stage.run(step.command, names);
    const verdict = judge(step, output, names);
    why = verdict.why;
    return verdict.learned;
  };
  try {
    return await until(step.command, attempt, deadlineMs);
  } catch {
    // Only a deadline ends it: what it came to says more.
    throw complain(`for ${deadlineMs / 1_000} s ${why}`, output);
  }
}

interface Verdict {
  readonly why: string;
  /** Undefined: it went otherwise. */
  readonly learned?: Names;
}

function judge({ mode, expected }: Step, { succeeded, text }: Output, names: Names): Verdict {
  const wantsSuccess = mode !== "fails";
  if (succeeded !== wantsSuccess) return { why: wantsSuccess ? "it failed" : "it succeeded" };
  const comparison = compare(expected, text, names);
  if (comparison.fits) return { why: "", learned: comparison.names };
  const { missing } = comparison;
  return { why: missing === undefined ? "it printed more" : `this line was missing: ${missing}` };
}

const complaint = (where: string, { command, expected }: Step, why: string, { text }: Output): string =>
  [`${where}: ${why}`, `$ ${command}`, "--- expected", ...expected, "--- got", text.trimEnd(), "---"].join(
    "\n",
  );
