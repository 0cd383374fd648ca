/** The API with custom kinds, for tests. */
import assert from "node:assert/strict";
import { anApi, type Answer } from "../../api/testing/world.ts";
import { aDefinition, definitionsPath } from "./definitions.ts";

/** With a namespace, and with these definitions. */
export async function withKinds(...definitions: readonly object[]) {
  const world = await anApi();
  await world.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
  for (const body of definitions.length === 0 ? [aDefinition()] : definitions) {
    const { status, text } = await world.ask("POST", definitionsPath, { body });
    assert.equal(status, 201, text);
  }
  return world;
}

/** Field and message of each cause, as `kubectl` prints them. */
export const causesOf = ({ json }: Answer): readonly string[] =>
  (json.details.causes ?? []).map(({ field, message }) => `${field}: ${message}`);

/** A body as a test looks into it. */
export const bodyOf = ({ text }: Answer) => JSON.parse(text) as Readonly<Record<string, unknown>>;
