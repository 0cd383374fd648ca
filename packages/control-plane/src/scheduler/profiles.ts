/**
 * THE table of profiles: the names that a pod may give as `spec.schedulerName`, and what matters to each. Pure.
 *
 * A pod that names none of them is another scheduler's, and left alone.
 */
export interface Profile {
  /** `spec.schedulerName`; events and managed fields name it too. */
  readonly name: string;
  /** For people. */
  readonly about: string;
  /** Weights that differ from those of the table of scores; 0 switches a score off. */
  readonly weights: Readonly<Record<string, number>>;
}

export const defaultProfile: Profile = {
  name: "default-scheduler",
  about: "Spreads work over the boards: many small boards, each of which may be lost.",
  weights: { mostAllocated: 0 },
};

export const profiles: readonly Profile[] = [
  defaultProfile,
  {
    name: "kubus-binpack",
    about:
      "Fills one board before it begins the next, so that others stay free for what is large, or can be switched off.",
    weights: { mostAllocated: 10, spread: 0, leastAllocated: 0, balanced: 0, fewestPods: 0 },
  },
];

const byName = new Map(profiles.map((profile) => [profile.name, profile]));

/** Undefined: another scheduler places this pod. */
export const profileOf = ({
  spec,
}: {
  readonly spec: { readonly schedulerName?: string };
}): Profile | undefined => byName.get(spec.schedulerName ?? defaultProfile.name);
