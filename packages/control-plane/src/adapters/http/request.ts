/** An HTTP request as the API's own: its head, its user, its whole body. */
import type { IncomingMessage } from "node:http";
import { Refusal } from "@kubus/shared/errors/codes.ts";
import { apiLimits } from "../../api/limits.ts";
import { badRequest, bodyTooLarge } from "../../api/refusals.ts";
import type { ApiRequest } from "../../api/request.ts";
import { httpLimits } from "./limits.ts";
import { identityOf } from "./user.ts";

export function requestOf(incoming: IncomingMessage, body: Uint8Array): ApiRequest {
  const { pathname, search } = splitTarget(incoming.url ?? "/");
  const { user, isRefused } = identityOf(incoming.socket);
  return {
    method: incoming.method ?? "GET",
    path: pathname,
    query: new URLSearchParams(search),
    headers: incoming.headers as Readonly<Record<string, string | undefined>>,
    repeated: incoming.headersDistinct,
    user,
    ...(isRefused ? { isRefused } : {}),
    body,
  };
}

/** By hand: the URL class would resolve `..` and refuse paths that begin with two slashes. */
function splitTarget(target: string): { readonly pathname: string; readonly search: string } {
  const at = target.indexOf("?");
  return at < 0
    ? { pathname: target, search: "" }
    : { pathname: target.slice(0, at), search: target.slice(at + 1) };
}

/** Refuses with 413 what is too large, after reading past it. Rejects when the client goes away in the middle. */
export async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= apiLimits.requestBytesMax) chunks.push(chunk);
    else chunks.length = 0;
    if (length > httpLimits.discardBytesMax) break;
  }
  const encoding = incoming.headers["content-encoding"] ?? "identity";
  // Compressed bodies are refused: a few kilobytes of them could be gigabytes.
  if (encoding.toLowerCase() !== "identity")
    throw new Refusal("unsupportedMediaType", `the content encoding "${encoding}" is not supported`);
  if (length > apiLimits.requestBytesMax) throw bodyTooLarge(apiLimits.requestBytesMax);
  if (!incoming.complete) throw badRequest("the body of the request ended before all of it was there");
  return Buffer.concat(chunks);
}
