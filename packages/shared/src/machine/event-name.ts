/**
 * XState's internal event types in the words of our charts: `done`, `failed`, `after pause`, `always`.
 *
 * Everything else keeps its own name. Pure, so that charts, logs and the page say the same.
 */
const after = "xstate.after.";

/** `machineId` is what state ids begin with; it tells where a delay's name ends. */
export function eventName(type: string, machineId: string): string {
  if (type === "") return "always";
  if (type === "*") return "anything else";
  if (type === "xstate.init") return "start";
  if (type === "xstate.stop") return "stop";
  if (type.startsWith("xstate.done.")) return "done";
  if (type.startsWith("xstate.error.")) return "failed";
  return type.startsWith(after) ? `after ${delayName(type, machineId)}` : type;
}

/** The delay's name within a timer's id, such as `pause` in `xstate.after.pause.container.unsure`. */
export function delayName(timerId: string, machineId: string): string {
  if (!timerId.startsWith(after)) return timerId;
  const rest = timerId.slice(after.length);
  const end = [
    rest.indexOf(`.${machineId}.`),
    rest.endsWith(`.${machineId}`) ? rest.length - machineId.length - 1 : -1,
  ]
    .filter((at) => at > 0)
    .at(0);
  return end === undefined ? rest : rest.slice(0, end);
}
