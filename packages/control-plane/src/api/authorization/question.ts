/** What is asked of the authorizers: may this user do this? Words, not rows: reviews ask of what is not served, too. */
export interface ResourceQuestion {
  /** Any word: besides the API's verbs there are `impersonate`, `escalate`, `bind`, `approve`, `sign`. */
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** As asked for in the query. */
  readonly fieldSelector?: string | undefined;
}

/** A path that is no resource; its verb is the method in lower case. */
export interface PathQuestion {
  readonly verb: string;
  readonly path: string;
}

export type Question = ResourceQuestion | PathQuestion;

export const isPathQuestion = (question: Question): question is PathQuestion => "path" in question;

export interface Decision {
  readonly isAllowed: boolean;
  /** Why, for people; often empty. */
  readonly reason: string;
}
