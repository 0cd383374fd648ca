/**
 * How well a board fares, as scores that only real boards have: heat, slowness, voltage, and what it really does. Pure.
 *
 * All of it is read off the Node: conditions and annotations in coarse steps, which the agent writes rarely. Beats could
 * carry the same figures without any write, but then a new leader would know nothing at first, kubectl could not show
 * why a board is avoided, and ten beats a second of each board would have to cross from the detector's thread. A board
 * without sensors counts as well; one whose sensor fell silent too.
 */
import { boardCondition, heatLimitCelsius, nodeAnnotation, type Node } from "@kubus/shared/api/node.ts";
import type { Board } from "./board.ts";
import type { Want } from "./want.ts";

/** As the scores in score.ts: among all boards that are left, 0 to 100 for each. */
type Score = (want: Want, boards: readonly Board[]) => (board: Board) => number;

const full = 100;

/** So far below its limit a board is as good as a cold one. Fans and firmware begin to work at about 60 °C. */
const warmingCelsius = 20;

/** A board that was slowed down a moment ago may be again in a moment. */
const lately = full / 2;

/** What is known of a board's health and work, each 0 to 100; read once for each version of a Node. */
interface Fares {
  readonly temperature: number;
  readonly throttling: number;
  readonly underVoltage: number;
  readonly measuredLoad: number;
}

const known = new WeakMap<Node, Fares>();

function faresOf(node: Node): Fares {
  const found = known.get(node);
  if (found !== undefined) return found;
  const fares: Fares = {
    temperature: temperatureOf(node),
    throttling: flagOf(node, boardCondition.throttled, nodeAnnotation.throttled),
    underVoltage: flagOf(node, boardCondition.underVoltage, nodeAnnotation.underVoltage),
    measuredLoad: measuredLoadOf(node),
  };
  known.set(node, fares);
  return fares;
}

/** A figure that the agent shows; undefined when it shows none, or none that is a number. */
function figure({ metadata }: Node, name: string): number | undefined {
  const text = metadata.annotations?.[name] ?? "";
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const isTrue = ({ status }: Node, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;

/** 100 well below the limit, 0 from the limit on; a board that is still cooling down is not better than lukewarm. */
function temperatureOf(node: Node): number {
  const celsius = figure(node, nodeAnnotation.temperatureCelsius);
  if (celsius === undefined) return full;
  const limit = figure(node, nodeAnnotation.heatLimitCelsius) ?? heatLimitCelsius;
  const score = clamped((full * (limit - celsius)) / warmingCelsius);
  return isTrue(node, boardCondition.overheated) ? Math.min(score, lately) : score;
}

/** Now: 0. The condition holds for a while after that: 50. */
function flagOf(node: Node, type: string, annotation: string): number {
  if (node.metadata.annotations?.[annotation] === "true") return 0;
  return isTrue(node, type) ? lately : full;
}

/**
 * What is left of the scarcest of processor, memory and time without waiting. Requests do not count here: this is about
 * pods that ask for little and do much, and about what the board does beside its pods.
 */
function measuredLoadOf(node: Node): number {
  const used = [
    nodeAnnotation.cpuUsedPercent,
    nodeAnnotation.memoryUsedPercent,
    nodeAnnotation.pressurePercent,
  ].flatMap((name) => figure(node, name) ?? []);
  return used.length === 0 ? full : clamped(full - Math.max(...used));
}

const clamped = (score: number): number => Math.min(full, Math.max(0, score));

const scoreOf =
  (name: keyof Fares): Score =>
  () =>
  ({ node }) =>
    faresOf(node)[name];

/** Kubernetes' thresholds (ImageLocality): below the first an image is quickly fetched, above the second it is all one. */
const imageBytes = { least: 23 * 1024 * 1024, most: 1_000 * 1024 * 1024 } as const;

/**
 * 100 where all of the pod's large images lie already. An image counts by the share of boards that have it, so that a
 * pod is not drawn to the one board that ran it first.
 */
const imageLocality: Score = ({ pod }, boards) => {
  const { containers, initContainers = [] } = pod.spec;
  const names = [...containers, ...initContainers].map(({ image }) => nameOf(image));
  const sizes = boards.map(({ node }) => imagesOf(node));
  const shares = new Map(
    names.map((name) => [
      name,
      sizes.filter((images) => images.has(name)).length / Math.max(1, boards.length),
    ]),
  );
  const most = imageBytes.most * names.length;
  return ({ node }) => {
    const images = imagesOf(node);
    const bytes = names.reduce((sum, name) => sum + (images.get(name) ?? 0) * (shares.get(name) ?? 0), 0);
    return clamped((full * (bytes - imageBytes.least)) / (most - imageBytes.least));
  };
};

/** Kubernetes' reading of a name without a tag. */
const nameOf = (image = ""): string => (/[:@][^/]*$/.test(image) ? image : `${image}:latest`);

const shelves = new WeakMap<Node, ReadonlyMap<string, number>>();

/** Bytes of the images on a board, by each of their names. */
function imagesOf(node: Node): ReadonlyMap<string, number> {
  const found = shelves.get(node);
  if (found !== undefined) return found;
  const { images = [] } = node.status ?? {};
  const shelf = new Map(
    images.flatMap(({ names, sizeBytes = 0 }) => names.map((name) => [nameOf(name), sizeBytes] as const)),
  );
  shelves.set(node, shelf);
  return shelf;
}

/**
 * Why these weights: a board that is too hot also has the taint `kubus.io/overheated` (`untainted`, 3). Both together
 * outweigh spreading and counting pods (5 and 1), so that it gets work only when no other board can take it; a board
 * that is merely warm loses less than spreading gives. The measured load decides between boards that are alike.
 */
export const boardScores: readonly {
  readonly name: string;
  readonly weight: number;
  readonly score: Score;
}[] = [
  { name: "temperature", weight: 4, score: scoreOf("temperature") },
  { name: "throttling", weight: 4, score: scoreOf("throttling") },
  { name: "underVoltage", weight: 4, score: scoreOf("underVoltage") },
  { name: "measuredLoad", weight: 2, score: scoreOf("measuredLoad") },
  { name: "imageLocality", weight: 1, score: imageLocality },
];
