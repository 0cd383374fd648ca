/** Values as Go prints them (`%+v`): Kubernetes names patches that way when it refuses them. Pure. */
import { isObject } from "./merge-patch.ts";

/** `map[spec:map[replicas:2]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (!isObject(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const texts = Object.keys(value)
    .sort()
    .map((name) => `${name}:${goText(value[name])}`);
  return `map[${texts.join(" ")}]`;
}
