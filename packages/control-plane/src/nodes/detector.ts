/**
 * The detector's judgement: which boards are alive, from nothing but arrivals and a clock. Pure.
 *
 * Silence counts only when it is silence on every path: beats on the bus, beats by UDP, answers to probes. A board
 * whose kernel still answers (a refused port) has lost its agent, not its power. Whoever judges trusts itself
 * less when it is itself late, and not at all before it has listened for a while or without a link of its own.
 *
 * Times are milliseconds on one monotonic clock.
 */
import type { Verdict } from "./liveness.ts";

/** One knob for all of failover: how many beats may be missing, and bounds on the time that takes. */
export interface Patience {
  /** After so many missing beats the board is probed. */
  readonly suspectBeats: number;
  /** After so many missing beats, with no answer to probes, it is silent. */
  readonly silentBeats: number;
  readonly silentMsMin: number;
  readonly silentMsMax: number;
}

export const patience = {
  fast: { suspectBeats: 2.5, silentBeats: 6, silentMsMin: 600, silentMsMax: 2_000 },
  balanced: { suspectBeats: 3.5, silentBeats: 10, silentMsMin: 1_000, silentMsMax: 4_000 },
  patient: { suspectBeats: 10, silentBeats: 50, silentMsMin: 5_000, silentMsMax: 20_000 },
} as const satisfies Record<string, Patience>;

export const detectorLimits = {
  /** A board of which nothing was ever heard since this server listens gets this long: it may be booting. */
  neverHeardMs: 5_000,
  /** An answer of a board's kernel counts for so long. Linux sends a host one refusal a second (icmp_ratelimit). */
  kernelAnswerMs: 2_500,
  /** While suspect, probes go out this often. */
  probeEveryMs: 60,
  /** When only the agent is gone, probes go out this often, to stay below the kernel's limit on refusals. */
  slowProbeEveryMs: 1_000,
  /** A look that comes later than this is not trusted: what arrived meanwhile has not been read yet. */
  lateMs: 100,
} as const;

/** How far arrivals stray counts this many times on top of the mean pause. */
const deviationsMax = 8;
/** Weight of the newest pause in the running mean and deviation (as TCP estimates round trips, RFC 6298). */
const weight = 1 / 16;

/** What is known of one board. Immutable: each arrival makes a new one. */
export interface Hearing {
  readonly node: string;
  readonly heardAt: number | undefined;
  /** When it was first expected: a board that was never heard is measured from here. */
  readonly expectedSince: number;
  readonly beatIntervalMs: number;
  readonly pauseMeanMs: number;
  readonly pauseDeviationMs: number;
  readonly agentId: string | undefined;
  readonly sequence: number;
  readonly ready: boolean;
  readonly bootId: string | undefined;
  readonly goodbyeAt: number | undefined;
  /** The board's kernel answered for its agent. */
  readonly kernelAnsweredAt: number | undefined;
}

export const expecting = (node: string, beatIntervalMs: number, now: number): Hearing => ({
  node,
  heardAt: undefined,
  expectedSince: now,
  beatIntervalMs,
  pauseMeanMs: beatIntervalMs,
  pauseDeviationMs: 0,
  agentId: undefined,
  sequence: -1,
  ready: false,
  bootId: undefined,
  goodbyeAt: undefined,
  kernelAnsweredAt: undefined,
});

export interface HeardBeat {
  readonly agentId: string;
  readonly bootId: string;
  readonly sequence: number;
  readonly ready: boolean;
}

/**
 * A beat or a probe's answer arrived. An old one (played again, or overtaken) changes nothing.
 * The second copy of a beat, by the other path, changes nothing either: it has the same sequence.
 */
export function heard(hearing: Hearing, beat: HeardBeat, now: number): Hearing {
  const isSameAgent = beat.agentId === hearing.agentId;
  if (isSameAgent && beat.sequence <= hearing.sequence) return hearing;
  const pause =
    hearing.heardAt === undefined || !isSameAgent ? hearing.beatIntervalMs : now - hearing.heardAt;
  const stray = Math.abs(pause - hearing.pauseMeanMs);
  return {
    ...hearing,
    ...beat,
    heardAt: now,
    pauseMeanMs: hearing.pauseMeanMs + weight * (pause - hearing.pauseMeanMs),
    pauseDeviationMs: hearing.pauseDeviationMs + weight * (stray - hearing.pauseDeviationMs),
    goodbyeAt: undefined,
    kernelAnsweredAt: undefined,
  };
}

export const saidGoodbye = (hearing: Hearing, agentId: string, now: number): Hearing =>
  hearing.agentId === undefined || hearing.agentId === agentId ? { ...hearing, goodbyeAt: now } : hearing;

export const kernelAnswered = (hearing: Hearing, now: number): Hearing => ({
  ...hearing,
  kernelAnsweredAt: now,
});

/** How the one who judges fares itself. */
export interface Observer {
  readonly patience: Patience;
  /** Since when it has listened without interruption; undefined while its own link is down. */
  readonly listeningSince: number | undefined;
  /** How late its own looks have been lately. */
  readonly latenessMs: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Look again then, even if nothing arrives. */
  readonly lookAgainAt: number;
  /** Whether to probe the board now. */
  readonly probe: boolean;
}

/** How long a board may be quiet before it is suspected, and before it counts as silent. */
export function timeouts(
  hearing: Hearing,
  { patience, latenessMs }: Observer,
): { suspectMs: number; silentMs: number } {
  const { suspectBeats, silentBeats, silentMsMin, silentMsMax } = patience;
  const strayMs = hearing.pauseMeanMs + deviationsMax * hearing.pauseDeviationMs;
  const asked = Math.max(silentMsMin, silentBeats * hearing.beatIntervalMs, strayMs);
  const most = Math.max(silentMsMax, silentBeats * hearing.beatIntervalMs);
  return {
    suspectMs: suspectBeats * hearing.beatIntervalMs + latenessMs,
    silentMs: Math.min(asked, most) + latenessMs,
  };
}

export function judge(hearing: Hearing, observer: Observer, now: number): Judgement {
  const { listeningSince } = observer;
  const { probeEveryMs, slowProbeEveryMs, neverHeardMs, kernelAnswerMs } = detectorLimits;
  if (listeningSince === undefined)
    return { verdict: "unknown", lookAgainAt: now + neverHeardMs, probe: false };

  const { suspectMs, silentMs } = timeouts(hearing, observer);
  const quietSince = Math.max(hearing.heardAt ?? hearing.expectedSince, listeningSince);
  const quietMs = now - quietSince;
  const isKernelAlive =
    hearing.kernelAnsweredAt !== undefined && now - hearing.kernelAnsweredAt < kernelAnswerMs;

  if (hearing.goodbyeAt !== undefined) {
    const isGone =
      !isKernelAlive && now - Math.max(hearing.goodbyeAt, listeningSince) > kernelAnswerMs + silentMs;
    return { verdict: isGone ? "silent" : "agentStopped", lookAgainAt: now + slowProbeEveryMs, probe: true };
  }
  if (hearing.heardAt === undefined && quietMs < neverHeardMs) {
    return { verdict: "unknown", lookAgainAt: quietSince + neverHeardMs, probe: false };
  }
  if (hearing.heardAt !== undefined && quietMs < suspectMs) {
    // Right after its own link returned, the newest beat may be old: nothing is known before a full timeout.
    const isFresh = hearing.heardAt >= listeningSince;
    return { verdict: isFresh ? "alive" : "unknown", lookAgainAt: quietSince + suspectMs, probe: false };
  }
  if (quietMs < silentMs) {
    return {
      verdict: "suspect",
      lookAgainAt: Math.min(now + probeEveryMs, quietSince + silentMs),
      probe: true,
    };
  }
  if (isKernelAlive) return { verdict: "agentStopped", lookAgainAt: now + slowProbeEveryMs, probe: true };
  return { verdict: "silent", lookAgainAt: now + slowProbeEveryMs, probe: true };
}
