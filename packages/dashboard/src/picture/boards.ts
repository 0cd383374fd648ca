/**
 * The picture as boards: what each card shows. Pure.
 */
import { keyOf } from "@kubus/shared/api/meta.ts";
import { nodeAnnotation, type Node } from "@kubus/shared/api/node.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { CableState } from "@kubus/shared/feed/messages.ts";
import type { Picture } from "./picture.ts";
import { podState, type PodState } from "./pod-state.ts";
import { bytesText, parseQuantity } from "./quantity.ts";

export interface PodOnBoard extends PodState {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  /** Equal for pods that replace each other. */
  readonly owner: string | undefined;
  readonly isReady: boolean;
}

export interface Figure {
  readonly name: string;
  readonly text: string;
  /** 0 to 1, where it is a part of something. */
  readonly part?: number;
  readonly isAlarming: boolean;
}

export interface Board {
  readonly name: string;
  readonly role: "board" | "server";
  readonly ready: "yes" | "no" | "unknown";
  /** One or two words: `Ready`, `BoardUnreachable`, `not joined`. */
  readonly status: string;
  readonly isCordoned: boolean;
  readonly model: string;
  /** Undefined: no virtual cable. */
  readonly cable: CableState | undefined;
  readonly figures: readonly Figure[];
  readonly pods: readonly PodOnBoard[];
}

/** Servers first, then boards by name (`board-10` after `board-9`). */
export function boardsOf({ nodes, pods, cables }: Picture): readonly Board[] {
  const byNode = Map.groupBy(pods.values(), ({ spec }) => spec.nodeName ?? "");
  const names = new Set([...nodes.keys(), ...Object.keys(cables)]);
  return [...names]
    .map((name) => boardOf(name, nodes.get(name), byNode.get(name) ?? [], cables[name]))
    .sort((a, b) => b.role.localeCompare(a.role) || byName(a, b));
}

/** Pods that no board has. */
export const waitingPods = ({ pods }: Picture): readonly PodOnBoard[] =>
  [...pods.values()]
    .filter(({ spec }) => spec.nodeName === undefined)
    .map(podOnBoard)
    .sort(byName);

const collator = new Intl.Collator("en", { numeric: true });
const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
  collator.compare(a.name, b.name);

function boardOf(
  name: string,
  node: Node | undefined,
  pods: readonly Pod[],
  cable: CableState | undefined,
): Board {
  return {
    name,
    role: node === undefined && name.startsWith("server-") ? "server" : "board",
    ...conditionOf(node, name),
    isCordoned: node?.spec.unschedulable === true,
    model: modelOf(node),
    cable,
    figures: node === undefined ? [] : figuresOf(node),
    pods: pods.map(podOnBoard).sort(byName),
  };
}

function conditionOf(node: Node | undefined, name: string): Pick<Board, "ready" | "status"> {
  if (node === undefined)
    return { ready: "unknown", status: name.startsWith("server-") ? "control plane" : "not joined" };
  const condition = node.status?.conditions?.find(({ type }) => type === "Ready");
  if (condition?.status === "True") return { ready: "yes", status: "Ready" };
  return { ready: "no", status: condition?.reason ?? "NotReady" };
}

/** What the board is, and how large: `Raspberry Pi 4 Model B · 4 cores · 3.8 GiB`. */
function modelOf(node: Node | undefined): string {
  const cores = parseQuantity(node?.status?.capacity?.cpu);
  const memory = parseQuantity(node?.status?.capacity?.memory);
  const model = node?.metadata.annotations?.[nodeAnnotation.model] ?? node?.status?.nodeInfo?.architecture;
  const parts = [model, cores && coresText(cores), memory && bytesText(memory)];
  return parts.filter((part) => typeof part === "string" && part !== "").join(" · ");
}

const hotCelsius = 75;
const warmestCelsius = 90;

function figuresOf(node: Node): readonly Figure[] {
  const annotation = (name: keyof typeof nodeAnnotation) => node.metadata.annotations?.[nodeAnnotation[name]];
  const number = (name: keyof typeof nodeAnnotation) => parseQuantity(annotation(name));
  const cores = parseQuantity(node.status?.capacity?.cpu);
  const load = number("load1");
  const celsius = number("temperatureCelsius");
  return [
    usedFigure("CPU", number("cpuUsedPercent")),
    usedFigure("memory", number("memoryUsedPercent")),
    celsius === undefined
      ? undefined
      : partFigure(
          "temperature",
          `${Math.round(celsius)} °C`,
          celsius / warmestCelsius,
          hotCelsius / warmestCelsius,
        ),
    load === undefined ? undefined : partFigure("load", load.toFixed(2), load / (cores ?? 1), 1.5),
    annotation("throttled") === "true" ? alarm("throttled") : undefined,
    annotation("underVoltage") === "true" ? alarm("under-voltage") : undefined,
  ].filter((figure) => figure !== undefined);
}

const coresText = (cores: number): string => `${Number(cores.toFixed(2))} ${cores === 1 ? "core" : "cores"}`;

const usedFigure = (name: string, percent: number | undefined): Figure | undefined =>
  percent === undefined ? undefined : partFigure(name, `${Math.round(percent)} %`, percent / 100, 0.95);

const alarm = (name: string): Figure => ({ name, text: "now", isAlarming: true });
const partFigure = (name: string, text: string, part: number, alarmingFrom: number): Figure => ({
  name,
  text,
  part: Math.min(1, part),
  isAlarming: part >= alarmingFrom,
});

const known = new WeakMap<Pod, PodOnBoard>();

/** The very same object for the same pod: whoever draws it sees at once that nothing changed. */
function podOnBoard(pod: Pod): PodOnBoard {
  const shown = known.get(pod) ?? look(pod);
  known.set(pod, shown);
  return shown;
}

function look(pod: Pod): PodOnBoard {
  const { metadata, status } = pod;
  return {
    key: keyOf(pod),
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    owner: metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid,
    isReady: status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
    ...podState(pod),
  };
}
