/** Lists taken as sets. */
import { areEqual } from "../equality.ts";
import { as, fn, type CelFunction } from "../functions.ts";
import type { Meter } from "../meter.ts";
import { t } from "../types.ts";
import type { CelList } from "../values.ts";

const list = t.list(t.param("A"));

const contains = (whole: CelList, part: CelList, meter: Meter): boolean =>
  part.every((item) => whole.some((other) => areEqual(item, other, meter)));

const onLists = (name: string, of: (left: CelList, right: CelList, meter: Meter) => boolean): CelFunction =>
  fn(name, [list, list], t.bool, ([left, right], meter) => of(as.list(left), as.list(right), meter));

export const setFunctions: readonly CelFunction[] = [
  onLists("sets.contains", contains),
  onLists(
    "sets.equivalent",
    (left, right, meter) => contains(left, right, meter) && contains(right, left, meter),
  ),
  onLists("sets.intersects", (left, right, meter) =>
    left.some((item) => right.some((other) => areEqual(item, other, meter))),
  ),
];
