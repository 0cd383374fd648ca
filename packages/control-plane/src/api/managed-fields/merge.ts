/**
 * An applied configuration laid over the object that is there: maps and keyed lists are merged, everything else is
 * taken from the configuration. Pure.
 */
import { childShape } from "./compare.ts";
import { elementOf, isMap, itemsOf, type Members } from "./items.ts";
import type { KeyedList, Shape } from "./shape.ts";

export const mergeConfiguration = (live: Members, config: Members, shape: Shape): Members =>
  merge(live, config, shape) as Members;

function merge(live: unknown, config: unknown, shape: Shape): unknown {
  if (config === undefined || config === live) return live;
  if (live === undefined || shape.type === "value") return config;
  if (shape.type === "list" || shape.type === "set") {
    if (!Array.isArray(live) || !Array.isArray(config)) return config;
    return live.length === 0 || config.length === 0 ? longer(live, config) : mergeLists(live, config, shape);
  }
  return isMap(live) && isMap(config) ? mergeMaps(live, config, shape) : config;
}

/** Of two lists of which one is empty. */
const longer = (live: readonly unknown[], config: readonly unknown[]) => (config.length > 0 ? config : live);

function mergeMaps(live: Members, config: Members, shape: Shape): Members {
  const merged = new Map(Object.entries(live));
  for (const [name, value] of Object.entries(config))
    merged.set(name, merge(merged.get(name), value, childShape(shape, name) ?? free));
  return Object.fromEntries(merged);
}

const free: Shape = { type: "free" };

type ListShape = KeyedList | Extract<Shape, { type: "set" }>;

/**
 * Items of the configuration come in its order. Items that only the live list has stay before the item that followed
 * them there.
 */
function mergeLists(
  live: readonly unknown[],
  config: readonly unknown[],
  shape: ListShape,
): readonly unknown[] {
  const [lives, configs] = [itemsOf(live, shape), itemsOf(config, shape)];
  const [left, right] = [live.map((item) => elementOf(item, shape)), [...configs.keys()]];
  const shared = right.filter((element) => lives.has(element));
  const merged: unknown[] = [];
  const done = new Set<string>();
  /** With the item of that element that is there; several of them are one value, which is replaced. */
  const take = (element: string): void => {
    done.add(element);
    const [was, ...more] = lives.get(element) ?? [];
    const [is] = configs.get(element) ?? [];
    merged.push(merge(more.length > 0 ? undefined : was, is, shape.type === "list" ? shape.items : value));
    if (shared[0] === element) shared.shift();
  };
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const [mine, theirs] = [left[l], right[r]];
    if (mine !== undefined && mine === theirs) {
      take(mine);
      l += 1;
      r += 1;
    } else if (mine !== undefined && !configs.has(mine)) {
      merged.push(live[l]);
      l += 1;
    } else if (mine !== undefined && (done.has(mine) || (theirs !== undefined && shared[0] !== mine))) l += 1;
    else if (theirs !== undefined) {
      take(theirs);
      r += 1;
    }
  }
  return merged;
}

const value: Shape = { type: "value" };
