/**
 * The detector's table of boards: takes in arrivals, looks when a look is due, tells every change of verdict.
 *
 * The judgement is nodes/detector.ts; this is its clockwork, one timer for all boards. It knows no sockets.
 */
import type { Clock } from "@kubus/shared/time/clock.ts";
import {
  detectorLimits,
  expecting,
  heard,
  judge,
  kernelAnswered,
  saidGoodbye,
  type HeardBeat,
  type Hearing,
  type Observer,
} from "../../nodes/detector.ts";
import type { NodeLiveness, Verdict } from "../../nodes/liveness.ts";

interface Board {
  hearing: Hearing;
  verdict: Verdict | undefined;
  ready: boolean;
  agentId: string | undefined;
  lookAgainAt: number;
}

export interface HearingsOptions {
  readonly clock: Clock;
  readonly patience: Observer["patience"];
  /** Whether this server's own link has a carrier. Asked at every look. */
  readonly hasLink: () => boolean;
  readonly onVerdict: (liveness: NodeLiveness) => void;
  readonly onProbe: (node: string) => void;
}

/** Lateness of one's own looks is forgotten by this factor at every look in time. */
const latenessDecay = 0.8;

export class Hearings {
  readonly #options: HearingsOptions;
  readonly #boards = new Map<string, Board>();
  #listeningSince: number | undefined;
  #latenessMs = 0;
  #beatIntervalMs = 100;
  #alarm: { readonly id: unknown; readonly at: number } | undefined;

  constructor(options: HearingsOptions) {
    this.#options = options;
    this.#listeningSince = options.hasLink() ? options.clock.monotonic() : undefined;
  }

  expect(node: string): void {
    if (this.#boards.has(node)) return;
    const now = this.#options.clock.monotonic();
    const hearing = expecting(node, this.#beatIntervalMs, now);
    this.#boards.set(node, {
      hearing,
      verdict: undefined,
      ready: false,
      agentId: undefined,
      lookAgainAt: now,
    });
    this.#look();
  }

  forget(node: string): void {
    this.#boards.delete(node);
  }

  setInterval(beatIntervalMs: number): void {
    this.#beatIntervalMs = beatIntervalMs;
    for (const board of this.#boards.values()) board.hearing = { ...board.hearing, beatIntervalMs };
  }

  heard(node: string, beat: HeardBeat): void {
    this.expect(node);
    this.#update(node, (hearing, now) => heard(hearing, beat, now));
  }

  saidGoodbye(node: string, agentId: string): void {
    this.#update(node, (hearing, now) => saidGoodbye(hearing, agentId, now));
  }

  kernelAnswered(node: string): void {
    this.#update(node, kernelAnswered);
  }

  stop(): void {
    if (this.#alarm !== undefined) this.#options.clock.clearTimeout(this.#alarm.id);
    this.#alarm = undefined;
  }

  #update(node: string, change: (hearing: Hearing, now: number) => Hearing): void {
    const board = this.#boards.get(node);
    if (board === undefined) return;
    const now = this.#options.clock.monotonic();
    const next = change(board.hearing, now);
    if (next === board.hearing) return;
    board.hearing = next;
    // An alive board that beats again needs no look now: the look that is due anyway will find it alive.
    const changesNothing =
      board.verdict === "alive" && next.ready === board.ready && next.agentId === board.agentId;
    // Only a look that is due probes: an answer that led to the next probe would never let go of the board.
    if (!changesNothing || next.goodbyeAt !== undefined) this.#judge(board, now);
    this.#arm();
  }

  /** Judges every board that is due, unless this look is so late that arrivals may still lie unread. */
  #look(): void {
    const { clock, hasLink } = this.#options;
    const now = clock.monotonic();
    const lateBy = this.#alarm === undefined ? 0 : Math.max(0, now - this.#alarm.at);
    this.stop();
    this.#latenessMs = Math.max(lateBy, this.#latenessMs * latenessDecay);
    if (!hasLink()) this.#listeningSince = undefined;
    else this.#listeningSince ??= now;
    const isTooLate = lateBy > detectorLimits.lateMs;
    for (const board of this.#boards.values()) {
      if (isTooLate) board.lookAgainAt = Math.max(board.lookAgainAt, now + detectorLimits.lateMs);
      else if (board.lookAgainAt <= now && this.#judge(board, now)) this.#options.onProbe(board.hearing.node);
    }
    this.#arm();
  }

  /** Tells a change of verdict; returns whether the board should be probed. */
  #judge(board: Board, now: number): boolean {
    const { patience, onVerdict, clock } = this.#options;
    const observer = { patience, listeningSince: this.#listeningSince, latenessMs: this.#latenessMs };
    const { verdict, lookAgainAt, probe } = judge(board.hearing, observer, now);
    board.lookAgainAt = lookAgainAt;
    const { node, ready, agentId, bootId } = board.hearing;
    if (verdict !== board.verdict || ready !== board.ready || agentId !== board.agentId) {
      Object.assign(board, { verdict, ready, agentId });
      const identity = {
        ...(agentId === undefined ? {} : { agentId }),
        ...(bootId === undefined ? {} : { bootId }),
      };
      onVerdict({ node, verdict, since: clock.now(), ready, ...identity });
    }
    return probe;
  }

  #arm(): void {
    const at = Math.min(...[...this.#boards.values()].map(({ lookAgainAt }) => lookAgainAt));
    if (!Number.isFinite(at) || this.#alarm?.at === at) return;
    this.stop();
    const { clock } = this.#options;
    const id = clock.setTimeout(
      () => {
        this.#look();
      },
      Math.max(0, at - clock.monotonic()),
    );
    this.#alarm = { id, at };
  }
}
