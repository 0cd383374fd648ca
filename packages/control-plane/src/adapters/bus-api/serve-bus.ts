/**
 * The bus' door to the API: requests of boards, each with the rights of its own node.
 *
 * The subject proves who asks. Small answers are one message; watches and large answers take a channel.
 */
import {
  answerTooLarge,
  apiCallLimits,
  decodeCall,
  encodeReply,
  type ApiCall,
  type ApiReply,
} from "@kubus/shared/bus/api-call.ts";
import type { Bus, Message, Subscription } from "@kubus/shared/bus/bus.ts";
import type { Channel, Channels } from "@kubus/shared/bus/channel.ts";
import { nodeOf, subjectOf } from "@kubus/shared/bus/subjects.ts";
import { badRequest } from "../../api/refusals.ts";
import type { Api } from "../../api/api.ts";
import { nodeUser } from "../../api/authorization/node-user.ts";
import { isStream, type ApiRequest, type ApiResponse, type WholeResponse } from "../../api/request.ts";
import { channelSink } from "./channel-sink.ts";

/** Servers share the work: each request goes to one of them. */
const queue = "api";

export function serveBus(api: Api, bus: Bus, channels: Channels): Subscription {
  const requests = bus.subscribe(subjectOf("api", "*"), (message) => void answerMessage(api, message), {
    queue,
  });
  const opened = channels.accept(
    subjectOf("apiChannel", "*"),
    async ({ subject, payload }, channel) => {
      await answerChannel(await respond(api, { subject, payload }), channel);
    },
    { queue },
  );
  return {
    unsubscribe: () => {
      requests.unsubscribe();
      opened.unsubscribe();
    },
  };
}

async function answerMessage(api: Api, message: Message): Promise<void> {
  const response = await respond(api, message);
  const reply = isStream(response) ? tooLarge : encodeReply(replyOf(response));
  message.respond(reply.length > apiCallLimits.messageBytesMax ? tooLarge : reply);
}

const tooLarge = encodeReply({ status: answerTooLarge, contentType: "text/plain", body: new Uint8Array() });

async function answerChannel(response: ApiResponse, channel: Channel): Promise<void> {
  const sink = channelSink(channel);
  const body = isStream(response) ? new Uint8Array() : response.body;
  sink.write(encodeReply({ ...headOf(response), body }));
  if (isStream(response)) await response.stream(sink);
  else sink.end();
}

function respond(api: Api, { subject, payload }: Pick<Message, "subject" | "payload">): Promise<ApiResponse> {
  try {
    return api.handle(requestOf(decodeCall(payload), nodeOf(subject)));
  } catch {
    return Promise.resolve(api.refuse(badRequest("the message is not an API request")));
  }
}

function requestOf({ method, path, contentType, accept, body }: ApiCall, node: string): ApiRequest {
  const [pathname = "", ...search] = path.split("?");
  return {
    method,
    path: pathname,
    query: new URLSearchParams(search.join("?")),
    headers: { "content-type": contentType, accept },
    user: nodeUser(node),
    body: body ?? new Uint8Array(),
  };
}

const replyOf = (response: WholeResponse): ApiReply => ({ ...headOf(response), body: response.body });

function headOf({ status, headers }: ApiResponse): Omit<ApiReply, "body"> {
  const contentType = headers["content-type"];
  return { status, contentType: typeof contentType === "string" ? contentType : "application/json" };
}
