/** How the standards speak of containers and values. Pure. */
import type { Container } from "@kubus/shared/api/pod.ts";

export const quoted = (words: readonly string[]): string =>
  words.map((word) => JSON.stringify(word)).join(", ");

/** As a set: sorted, each once. */
export const sorted = (words: readonly string[]): readonly string[] => [...new Set(words)].sort();

export const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);

/** `container "a"`, `containers "a", "b"`. */
export const named = (containers: readonly Pick<Container, "name">[]): string =>
  `${plural(containers.length, "container", "containers")} ${quoted(containers.map(({ name }) => name))}`;

/** `pod and container "a"`. */
export const setters = (isPod: boolean, containers: readonly Pick<Container, "name">[]): string =>
  [...(isPod ? ["pod"] : []), ...(containers.length === 0 ? [] : [named(containers)])].join(" and ");
