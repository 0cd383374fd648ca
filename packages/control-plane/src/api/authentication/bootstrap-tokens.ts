/**
 * Bootstrap tokens: `<id>.<secret>`, kept as Secrets `bootstrap-token-<id>` in kube-system, for machines that join.
 */
import type { Secret } from "@kubus/shared/api/core.ts";
import { timingSafeEqual } from "node:crypto";
import type { TokenWorld, Verdict } from "./verdict.ts";

const token = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const group = "system:bootstrappers";
const extraGroup = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/** Undefined: the text is no bootstrap token at all. */
export function bootstrapperOf(text: string, world: TokenWorld): Verdict | undefined {
  const [, id, secretPart] = token.exec(text) ?? [];
  if (id === undefined || secretPart === undefined) return undefined;
  const kind = world.kinds.byType("v1", "Secret");
  const secret =
    kind === undefined
      ? undefined
      : (world.cache.get(kind, "kube-system", `bootstrap-token-${id}`) as Secret | undefined);
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return "invalid bearer token";
  const isRight =
    secret.type === "bootstrap.kubernetes.io/token" &&
    isEqual(valueIn(secret, "token-secret"), secretPart) &&
    valueIn(secret, "token-id") === id;
  if (!isRight || isPast(valueIn(secret, "expiration"), world.clock.now())) return "invalid bearer token";
  if (valueIn(secret, "usage-bootstrap-authentication") !== "true") return "invalid bearer token";
  const extra = valueIn(secret, "auth-extra-groups").split(",").filter(Boolean);
  // A Secret that names any other group is not to be trusted.
  if (!extra.every((name) => extraGroup.test(name))) return "invalid bearer token";
  const groups = [...new Set([group, ...extra])].sort();
  return { user: { name: `system:bootstrap:${id}`, groups }, audiences: [] };
}

export const valueIn = ({ data = {} }: Secret, key: string): string =>
  Buffer.from(data[key] ?? "", "base64").toString();

/** What is no time at all has ended. */
export function isPast(expiration: string, now: number): boolean {
  if (expiration === "") return false;
  const end = Date.parse(expiration);
  return Number.isNaN(end) || end <= now;
}

/** Takes as long for a wrong secret as for a right one. */
function isEqual(known: string, given: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
