/** The rules of shares: a number of pods, or a percentage of them. Pure. */
import type { Cause } from "@kubus/shared/errors/codes.ts";
import { cause } from "../causes.ts";
import { validateNotNegative, when } from "../rules.ts";

export type Share = number | string;

const percent = /^[0-9]+%$/;

export function validateShare(share: Share, field: string): readonly Cause[] {
  if (typeof share === "number") return validateNotNegative(share, field);
  return when(
    !percent.test(share),
    cause.invalid(
      field,
      share,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  );
}

export const validateNotMoreThanAll = (share: Share, field: string): readonly Cause[] =>
  when(
    typeof share === "string" && percent.test(share) && Number.parseInt(share, 10) > 100,
    cause.invalid(field, share, "must not be greater than 100%"),
  );

/** What cannot be read counts as nothing, as in Kubernetes: it is refused for itself. */
export function isNoShare(share: Share): boolean {
  if (typeof share === "number") return share === 0;
  const amount = percent.test(share) ? share.slice(0, -1) : share;
  return !/^[0-9]+$/.test(amount) || Number(amount) === 0;
}
