/** Which standard a namespace asks for, by its labels. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../../../kinds/causes.ts";
import { when } from "../../../kinds/rules.ts";
import type { Level } from "./standard.ts";

export type Mode = "enforce" | "audit" | "warn";

export interface Standard {
  readonly level: Level;
  /** Infinite: the newest. */
  readonly minor: number;
}

const prefix = "pod-security.kubernetes.io/";
const levels: readonly Level[] = ["privileged", "baseline", "restricted"];
const modes: readonly Mode[] = ["enforce", "audit", "warn"];
type Labels = Readonly<Record<string, string>> | undefined;

const levelOf = (text: string): Level | undefined => levels.find((level) => level === text);

function minorOf(text: string): number | undefined {
  if (text === "latest") return Number.POSITIVE_INFINITY;
  const match = /^v1\.(0|[1-9]\d*)$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** A level that cannot be read is the strictest, a version that cannot be read the newest. */
export function standardOf(labels: Labels, mode: Mode): Standard {
  const level = labels?.[prefix + mode];
  const version = labels?.[`${prefix}${mode}-version`];
  return {
    level: level === undefined ? "privileged" : (levelOf(level) ?? "restricted"),
    minor: version === undefined ? Number.POSITIVE_INFINITY : (minorOf(version) ?? Number.POSITIVE_INFINITY),
  };
}

/** `restricted:latest`. */
export const nameOf = ({ level, minor }: Standard): string =>
  `${level}:${Number.isFinite(minor) ? `v1.${minor}` : "latest"}`;

/** What is wrong with the labels of a namespace. */
export const validateLabelsOf = (labels: Labels): readonly Cause[] =>
  modes.flatMap((mode) => {
    const level = labels?.[prefix + mode];
    const version = labels?.[`${prefix}${mode}-version`];
    const at = (name: string) => `metadata.labels[${prefix}${name}]`;
    return [
      ...when(
        level !== undefined && levelOf(level) === undefined,
        cause.invalid(at(mode), level, `must be one of ${levels.join(", ")}`),
      ),
      ...when(
        version !== undefined && minorOf(version) === undefined,
        cause.invalid(at(`${mode}-version`), version, 'must be "latest" or "v1.x"'),
      ),
    ];
  });

const strictness = (level: Level): number => levels.indexOf(level);

/** Whether pods that were fine may not be any more. */
export const isStricter = (next: Standard, previous: Standard): boolean =>
  strictness(next.level) > strictness(previous.level) ||
  (next.level === previous.level && next.level !== "privileged" && next.minor !== previous.minor);
