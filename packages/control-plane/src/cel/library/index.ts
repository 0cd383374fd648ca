/** THE table of CEL's functions in Kubernetes. `authorizer` is given by whoever can authorize. */
import type { CelFunction } from "../functions.ts";
import { conversions } from "./conversions.ts";
import { formats } from "./formats.ts";
import { listFunctions } from "./lists.ts";
import { networkFunctions } from "./network.ts";
import { operators } from "./operators.ts";
import { optionalFunctions } from "./optionals.ts";
import { quantityFunctions } from "./quantity.ts";
import { regexFunctions } from "./regex.ts";
import { semverFunctions } from "./semver.ts";
import { setFunctions } from "./sets.ts";
import { stringFunctions } from "./strings.ts";
import { timeFunctions } from "./time.ts";
import { urlFunctions } from "./url.ts";

export interface Library {
  readonly list: readonly CelFunction[];
  readonly plain: ReadonlyMap<string, readonly CelFunction[]>;
  readonly methods: ReadonlyMap<string, readonly CelFunction[]>;
}

export function byName(list: readonly CelFunction[]): Library {
  const of = (isMethod: boolean) =>
    Map.groupBy(
      list.filter(({ receiver }) => (receiver !== undefined) === isMethod),
      ({ name }) => name,
    );
  return { list, plain: of(false), methods: of(true) };
}

export const kubernetesLibrary: Library = byName([
  ...operators,
  ...conversions,
  ...stringFunctions,
  ...regexFunctions,
  ...listFunctions,
  ...setFunctions,
  ...timeFunctions,
  ...optionalFunctions,
  ...urlFunctions,
  ...networkFunctions,
  ...quantityFunctions,
  ...semverFunctions,
  ...formats,
]);
