/** The rules of pods. Pure. */
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Cause } from "@kubus/shared/errors/codes.ts";
import type { Received } from "../../received.ts";
import { validatePodSpec } from "./validate-spec.ts";

export const validatePod = ({ spec }: Received<Pod>): readonly Cause[] => validatePodSpec(spec ?? {}, "spec");
