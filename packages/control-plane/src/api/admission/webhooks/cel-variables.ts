/** What expressions of admission see of an attempt. */
import { celValue, type CelVariables } from "../../../cel/cel.ts";
import {
  authorizerValue,
  type Ask,
  type Check,
} from "../../../kinds/admissionregistration/cel-authorizer.ts";
import type { Kind } from "../../../kinds/kind.ts";
import type { AdmissionWorld } from "../../admission.ts";
import type { User } from "../../request.ts";
import { shownAs, type Presented } from "./presented.ts";
import { requestOf } from "./review.ts";

export function celVariables(whole: Presented, row: Kind, world: AdmissionWorld): CelVariables {
  return {
    object: shownAs(row, whole, whole.object) ?? null,
    oldObject: shownAs(row, whole, whole.previous) ?? null,
    request: celRequest(whole, row),
    authorizer: celValue(authorizerValue(askAs(whole.attempt.user, world), requestCheck(whole, row))),
  };
}

/** What a review leaves out, expressions find empty. */
function celRequest(whole: Presented, row: Kind) {
  const { userInfo, ...request } = requestOf(whole, row);
  return {
    subResource: "",
    requestSubResource: "",
    namespace: "",
    ...request,
    userInfo: { uid: "", extra: {}, ...userInfo },
  };
}

const requestCheck = ({ subresource, namespace, name }: Presented, { group, plural }: Kind): Check => ({
  group,
  resource: plural,
  subresource,
  namespace,
  name,
});

const askAs =
  (user: User, { authorizer }: AdmissionWorld): Ask =>
  ({ path, serviceAccount, ...check }, verb) =>
    authorizer.decide(
      serviceAccount === undefined ? user : accountUser(serviceAccount),
      path === undefined ? { verb, ...check } : { verb, path },
    );

const accountUser = ({ namespace, name }: NonNullable<Check["serviceAccount"]>): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});
