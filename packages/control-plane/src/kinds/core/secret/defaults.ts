/** What the API server fills in on secrets. `stringData` is for writing only: it becomes `data`. Pure. */
import type { Secret } from "@kubus/shared/api/core.ts";

export function setSecretDefaults({ stringData, ...secret }: Secret): Secret {
  const type = secret.type || "Opaque";
  if (stringData === undefined) return { ...secret, type };
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(value).toString("base64"),
  ]);
  return {
    ...secret,
    type,
    data: { ...secret.data, ...(Object.fromEntries(encoded) as Record<string, string>) },
  };
}
