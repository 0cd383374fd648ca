/** A review: a question as an object, answered in its status and kept by nobody. */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { objectIn } from "../body.ts";
import type { Act, Call } from "../call.ts";
import type { ApiState } from "../ports.ts";
import { json, warningHeaders } from "../respond.ts";

type AnswerOf<T extends KubeObject> = (state: ApiState, call: Call, review: T) => Promise<object>;

/** Answers reviews of one kind with what `answerOf` says of their status. */
export const reviewBy =
  <T extends KubeObject>(answerOf: AnswerOf<T>): Act =>
  async (state, call) => {
    const { object, warnings } = objectIn(call);
    const status = await answerOf(state, call, object as T);
    return json(201, { ...object, status }, warningHeaders(warnings));
  };
