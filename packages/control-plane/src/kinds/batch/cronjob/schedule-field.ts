/** One field of a schedule: `*`, `5`, `1-5`, `1,15`, `mon,wed`, `10-40/10`. Pure; problems in Kubernetes' words. */

export interface FieldRule {
  readonly least: number;
  readonly most: number;
  /** Words that stand for numbers, the first one for `least`. */
  readonly names?: readonly string[];
}

export interface ScheduleField {
  readonly values: ReadonlySet<number>;
  /** Says nothing: `*` or `?`. Days of the month and of the week are joined only when both say something. */
  readonly isAny: boolean;
}

export class ScheduleProblem extends Error {}

export function parseField(text: string, rule: FieldRule): ScheduleField {
  const ranges = text.split(",").filter((part) => part !== "");
  const parsed = ranges.map((range) => parseRange(range, rule));
  return {
    values: new Set(parsed.flatMap(({ values }) => [...values])),
    isAny: parsed.some(({ isAny }) => isAny),
  };
}

function parseRange(text: string, rule: FieldRule): ScheduleField {
  const [range = "", step, ...moreSteps] = text.split("/");
  const [low = "", high, ...moreHyphens] = range.split("-");
  const isStar = low === "*" || low === "?";
  if (!isStar && moreHyphens.length > 0) throw new ScheduleProblem(`too many hyphens: ${text}`);
  const start = isStar ? rule.least : numberOrName(low, rule);
  const last = isStar ? rule.most : high === undefined ? start : numberOrName(high, rule);
  if (moreSteps.length > 0) throw new ScheduleProblem(`too many slashes: ${text}`);
  const every = step === undefined ? 1 : numberIn(step);
  // `5/15` means from 5 on to the end.
  const end = step !== undefined && high === undefined ? rule.most : last;
  checkBounds({ start, end, every }, rule, text);
  const values = new Set<number>();
  for (let value = start; value <= end; value += every) values.add(value);
  return { values, isAny: isStar && every === 1 };
}

interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly every: number;
}

function checkBounds({ start, end, every }: Bounds, { least, most }: FieldRule, text: string): void {
  if (start < least)
    throw new ScheduleProblem(`beginning of range (${start}) below minimum (${least}): ${text}`);
  if (end > most) throw new ScheduleProblem(`end of range (${end}) above maximum (${most}): ${text}`);
  if (start > end)
    throw new ScheduleProblem(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (every === 0) throw new ScheduleProblem(`step of range should be a positive number: ${text}`);
}

function numberOrName(text: string, { least, names = [] }: FieldRule): number {
  const place = names.indexOf(text.toLowerCase());
  return place < 0 ? numberIn(text) : place + least;
}

function numberIn(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) throw unparsable(text, "invalid syntax");
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw unparsable(text, "value out of range");
  if (value < 0) throw new ScheduleProblem(`negative number (${value}) not allowed: ${text}`);
  return value;
}

const unparsable = (text: string, why: string): ScheduleProblem =>
  new ScheduleProblem(
    `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: ${why}`,
  );
