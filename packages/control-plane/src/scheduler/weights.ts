/**
 * What matters how much on this server: `--scheduler-scores=-temperature,measuredLoad=5`. Pure.
 *
 * What is given here counts for every profile; what is not stays as the profile and the table of scores have it.
 */
import { scores } from "./score.ts";

/** By the name of a score; 0 switches it off. */
export type Weights = Readonly<Record<string, number>>;

export const weightLimits = {
  /** Kubernetes' own. */
  most: 100,
} as const;

export type WeightsReading = { readonly weights: Weights } | { readonly complaint: string };

/** Words are `-NAME` or `NAME=WEIGHT` (a whole number from 0 on), several with commas between them. */
export function readWeights(words: readonly string[]): WeightsReading {
  const weights: Record<string, number> = {};
  for (const item of words.flatMap((word) => word.split(",")).map((text) => text.trim())) {
    if (item === "") continue;
    const {
      off,
      name = off ?? "",
      weight = "0",
    } = /^(?:-(?<off>\w+)|(?<name>\w+)=(?<weight>\d{1,3}))$/.exec(item)?.groups ?? {};
    if (name === "" || Number(weight) > weightLimits.most)
      return {
        complaint: `"${item}" is no wish about a score: -NAME switches one off, NAME=WEIGHT (0 to ${weightLimits.most}) says what it weighs.`,
      };
    if (!scores.some((score) => score.name === name))
      return {
        complaint: `"${name}" is no score. There are: ${scores.map((score) => score.name).join(", ")}.`,
      };
    weights[name] = Number(weight);
  }
  return { weights };
}
