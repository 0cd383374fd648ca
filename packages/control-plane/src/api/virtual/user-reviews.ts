/** Who somebody is: SelfSubjectReview for the asker, TokenReview for whoever holds a token. */
import type { SelfSubjectReview, TokenReview, UserInfo } from "@kubus/shared/api/reviews.ts";
import { audiencesOf, userOfToken } from "../authentication/authenticate.ts";
import { badRequest } from "../refusals.ts";
import type { User } from "../request.ts";
import { reviewBy } from "./review.ts";

export const reviewSelf = reviewBy<SelfSubjectReview>((_, { user }) =>
  Promise.resolve({ userInfo: userInfoOf(user) }),
);

export const reviewToken = reviewBy<TokenReview>(async (state, _, review) => {
  const { token = "", audiences = [] } = (review.spec as TokenReview["spec"] | undefined) ?? {};
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const verdict = await userOfToken(token, audiences.length === 0 ? audiencesOf(state) : audiences, state);
  if (typeof verdict === "string") return { user: {}, error: verdict };
  return { authenticated: true, user: userInfoOf(verdict.user), audiences: verdict.audiences };
});

const userInfoOf = ({ name, uid, groups, extra }: User): UserInfo => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});
