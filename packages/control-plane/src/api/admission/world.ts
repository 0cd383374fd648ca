/** What the plug-ins see of the API, for as long as one write takes. */
import type { AdmissionWorld } from "../admission.ts";
import type { ApiState } from "../ports.ts";

/** The name in which plug-ins write other objects, such as the usage of a quota. */
const apiServer = "system:apiserver";

/** Who hears of a write besides whoever asked for it. */
interface Told {
  readonly warn?: AdmissionWorld["warn"];
  readonly annotate?: AdmissionWorld["annotate"];
}

/** Runs a write. What plug-ins set aside for it is let go when it is over, whatever became of it. */
export async function withAdmission<Result>(
  state: ApiState,
  { warn = () => undefined, annotate = () => undefined }: Told,
  act: (world: AdmissionWorld) => Promise<Result>,
): Promise<Result> {
  const leavings: (() => void | Promise<void>)[] = [];
  const { cache, kinds, clock, random, log, authorizer, admission, serviceCidr, webhooks } = state;
  const world: AdmissionWorld = {
    cache,
    kinds,
    clock,
    random,
    log,
    authorizer,
    memory: admission,
    serviceCidr,
    webhooks,
    objects: state.objectsAs(apiServer),
    warn,
    annotate,
    afterwards: (leave) => void leavings.push(leave),
  };
  try {
    return await act(world);
  } finally {
    for (const leave of leavings) await leave();
  }
}
