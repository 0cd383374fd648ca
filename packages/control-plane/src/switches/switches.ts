/**
 * Which parts of a server work: `--controllers=*,-deployment` and `--disable=scheduler`. Pure.
 *
 * The server that leads runs the controllers and the scheduler; what it was told stands on its lease, so that every
 * server can say what runs.
 */
import { controllerNames } from "./controller-names.ts";

/** What can be switched off as a whole, and what is then missing. Nothing stands here that does nothing. */
export const parts = {
  scheduler: "pods wait until another scheduler, or a person, binds them to a board",
  dashboard: "the server tells no dashboard what happens",
} as const;

export type Part = keyof typeof parts;

export interface Switches {
  /** As kube-controller-manager has it: `*` means all, `name` that one, `-name` all but that one. */
  readonly controllers: readonly string[];
  readonly disabled: readonly Part[];
}

export const everything: Switches = { controllers: ["*"], disabled: [] };

export type Reading = { readonly switches: Switches } | { readonly complaint: string };

/** Words may hold several names with commas between them. An unknown name is a complaint that lists the known ones. */
export function readSwitches(words: {
  readonly controllers: readonly string[];
  readonly disable: readonly string[];
}): Reading {
  const controllers = itemsOf(words.controllers);
  const disable = itemsOf(words.disable);
  const stranger = controllers.find((item) => item !== "*" && controllerOf(item) === undefined);
  if (stranger !== undefined)
    return {
      complaint: `"${stranger}" is no controller. There are: *, ${Object.keys(controllerNames).join(", ")}; with - before it, all but that one.`,
    };
  const unknown = disable.find((item) => !isPart(item));
  if (unknown !== undefined)
    return { complaint: `"${unknown}" cannot be disabled. What can be: ${Object.keys(parts).join(", ")}.` };
  const chosen = controllers.length === 0 ? everything.controllers : controllers;
  return { switches: { controllers: chosen, disabled: disable.filter(isPart) } };
}

const itemsOf = (words: readonly string[]): readonly string[] =>
  words
    .flatMap((word) => word.split(","))
    .map((item) => item.trim())
    .filter((item) => item !== "");

const isPart = (item: string): item is Part => Object.hasOwn(parts, item);

/** The controller that an item means, by our name. */
function controllerOf(item: string): string | undefined {
  const name = item.replace(/^-/, "").replace(/-controller$/, "");
  if (Object.hasOwn(controllerNames, name)) return name;
  return Object.entries(controllerNames).find(([, aliases]) => aliases.includes(name))?.[0];
}

/** The first item that names the controller decides; for the rest `*` does. As kube-controller-manager has it. */
export function runsController({ controllers }: Pick<Switches, "controllers">, name: string): boolean {
  const item = controllers.find((one) => controllerOf(one) === name);
  return item === undefined ? controllers.includes("*") : !item.startsWith("-");
}

export const isDisabled = ({ disabled }: Switches, part: Part): boolean => disabled.includes(part);

/** What a leader's controllers lack, as the end of a sentence: `, without deployment`. Empty when all work. */
export function workOf(switches: Switches): string {
  const names = Object.keys(controllerNames);
  const [working, idle] = [true, false].map((works) =>
    names.filter((name) => runsController(switches, name) === works),
  ) as [string[], string[]];
  if (idle.length === 0) return "";
  if (working.length === 0) return ", without controllers";
  return idle.length <= working.length ? `, without ${idle.join(", ")}` : `, with only ${working.join(", ")}`;
}

const annotation = { controllers: "kubus.io/controllers", disabled: "kubus.io/disabled" } as const;

type Annotations = Readonly<Record<string, string | null>>;

/** What a leader writes on its lease; `null` takes away what the leader before it wrote. */
export const annotationsOf = ({ controllers, disabled }: Switches): Annotations => ({
  [annotation.controllers]: isEverything(controllers) ? null : controllers.join(","),
  [annotation.disabled]: disabled.length === 0 ? null : disabled.join(","),
});

const isEverything = (controllers: readonly string[]): boolean => controllers.every((item) => item === "*");

/** What the leader was told, from its lease. A name that only its newer release knows is passed over. */
export const switchesOn = (annotations: Readonly<Record<string, string>> = {}): Switches => ({
  controllers: itemsOf([annotations[annotation.controllers] ?? "*"]),
  disabled: itemsOf([annotations[annotation.disabled] ?? ""]).filter(isPart),
});
