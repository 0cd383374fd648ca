/**
 * `authorizer` in expressions: whether whoever asks may do something else, too. As Kubernetes' authorizer library.
 *
 * `authorizer.group("apps").resource("deployments").namespace("x").check("create").allowed()`
 */
import { CelLazy, CelOpaque, t, type CelFunction, type CelValue } from "../../cel/cel.ts";
import { failure } from "../../cel/errors.ts";
import { as, method } from "../../cel/functions.ts";

/** What a check asks; who asks is the authorizer's. */
export interface Check {
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

export interface Decided {
  readonly isAllowed: boolean;
  readonly reason: string;
}

export type Ask = (check: Check, verb: string) => Decided;

const prefix = "kubernetes.authorization.";
const groupCheck = t.opaque(`${prefix}GroupCheck`);
const resourceCheck = t.opaque(`${prefix}ResourceCheck`);
const pathCheck = t.opaque(`${prefix}PathCheck`);
const decision = t.opaque(`${prefix}Decision`);

export const authorizerType = t.object(`${prefix}Authorizer`, { requestResource: resourceCheck });

interface Open {
  readonly ask: Ask;
  readonly check: Check;
}

const nothing: Check = { group: "", resource: "", subresource: "", namespace: "", name: "" };

class Authorizer extends CelLazy {
  readonly open: Open;
  constructor(open: Open, requestResource: Check) {
    super((name) =>
      name === "requestResource"
        ? opened("ResourceCheck", { ask: open.ask, check: requestResource })
        : undefined,
    );
    this.open = open;
  }
}

/** The value of `authorizer` for a request about a resource. */
export const authorizerValue = (ask: Ask, requestResource: Check): CelValue =>
  new Authorizer({ ask, check: nothing }, requestResource);

const opened = (name: string, open: Open): CelValue => new CelOpaque(`${prefix}${name}`, open, open);

function openOf(value: CelValue | undefined): Open {
  if (value instanceof Authorizer) return value.open;
  if (value instanceof CelOpaque) return value.value as Open;
  throw failure("no such overload");
}

const narrowed =
  (name: string, change: (text: string) => Partial<Check>): CelFunction["call"] =>
  ([of, text]) => {
    const { ask, check } = openOf(of);
    return opened(name, { ask, check: { ...check, ...change(as.string(text)) } });
  };

const checked: CelFunction["call"] = ([of, verb]) => {
  const { ask, check } = openOf(of);
  const decided = ask(check, as.string(verb));
  return new CelOpaque(`${prefix}Decision`, decided, decided);
};

const decidedIn = (value: CelValue | undefined): Decided => {
  if (value instanceof CelOpaque) return value.value as Decided;
  throw failure("no such overload");
};

export const authorizerFunctions: readonly CelFunction[] = [
  method(
    authorizerType,
    "path",
    [t.string],
    pathCheck,
    narrowed("PathCheck", (path) => ({ path })),
  ),
  method(
    authorizerType,
    "group",
    [t.string],
    groupCheck,
    narrowed("GroupCheck", (group) => ({ group })),
  ),
  method(authorizerType, "serviceAccount", [t.string, t.string], authorizerType, ([of, namespace, name]) => {
    const { ask, check } = openOf(of);
    const serviceAccount = { namespace: as.string(namespace), name: as.string(name) };
    return new Authorizer({ ask, check: { ...check, serviceAccount } }, { ...nothing, serviceAccount });
  }),
  method(
    groupCheck,
    "resource",
    [t.string],
    resourceCheck,
    narrowed("ResourceCheck", (resource) => ({ resource })),
  ),
  method(
    resourceCheck,
    "subresource",
    [t.string],
    resourceCheck,
    narrowed("ResourceCheck", (subresource) => ({ subresource })),
  ),
  method(
    resourceCheck,
    "namespace",
    [t.string],
    resourceCheck,
    narrowed("ResourceCheck", (namespace) => ({ namespace })),
  ),
  method(
    resourceCheck,
    "name",
    [t.string],
    resourceCheck,
    narrowed("ResourceCheck", (name) => ({ name })),
  ),
  method(resourceCheck, "check", [t.string], decision, checked),
  method(pathCheck, "check", [t.string], decision, checked),
  method(decision, "allowed", [], t.bool, ([of]) => decidedIn(of).isAllowed),
  method(decision, "reason", [], t.string, ([of]) => decidedIn(of).reason),
  method(decision, "errored", [], t.bool, () => false),
  method(decision, "error", [], t.string, () => ""),
];
