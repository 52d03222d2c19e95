import type { Clock, Timer } from '../../ports/clock.ts';
import type { Deadlines } from '../../ports/upstream.ts';
import type { CallPhase } from './failure-of.ts';

type TimeoutPhase = 'connect' | 'headers' | 'idle' | 'total';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The deadlines of one call with one timer, which is moved only when a deadline comes nearer: a phase
 * that begins is a comparison, not a timer. While nobody waits for a piece, no idle time passes:
 * a slow reader isn't the provider's fault.
 */
export class CallDeadlines {
  readonly #clock: Clock;
  readonly #limits: Deadlines;
  readonly #onTimeout: (phase: TimeoutPhase) => void;
  readonly #totalAt: number;
  #phase: CallPhase = 'connect';
  #phaseAt: number;
  #timerAt = NEVER;
  #timer: Timer | undefined;

  constructor(clock: Clock, limits: Deadlines, onTimeout: (phase: TimeoutPhase) => void) {
    const now = clock.monotonic();
    this.#clock = clock;
    this.#limits = limits;
    this.#onTimeout = onTimeout;
    this.#totalAt = now + limits.totalMs;
    this.#phaseAt = now + limits.connectMs;
    this.#arm(now);
  }

  /** The request is on its way; called again when its last byte has left. */
  expectHeaders(): void {
    this.#enter('headers', this.#limits.headersMs);
  }

  /** A reader waits for the next piece. */
  expectPiece(): void {
    this.#enter('body', this.#limits.idleMs);
  }

  /** Nothing is wanted but the end. */
  expectEnd(limitMs: number): void {
    this.#enter('body', limitMs);
  }

  /** Nobody waits: only the total counts. */
  expectNothing(): void {
    this.#phase = 'body';
    this.#phaseAt = NEVER;
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #enter(phase: CallPhase, limitMs: number): void {
    const now = this.#clock.monotonic();
    this.#phase = phase;
    this.#phaseAt = now + limitMs;
    if (this.#phaseAt < this.#timerAt) this.#arm(now);
  }

  #arm(now: number): void {
    this.#timer?.cancel();
    this.#timerAt = Math.min(this.#phaseAt, this.#totalAt);
    this.#timer = this.#clock.schedule(Math.max(0, Math.ceil(this.#timerAt - now)), () =>
      this.#check(),
    );
  }

  #check(): void {
    const now = this.#clock.monotonic();
    if (now >= this.#totalAt) this.#onTimeout('total');
    else if (now >= this.#phaseAt) this.#onTimeout(this.#phase === 'body' ? 'idle' : this.#phase);
    else this.#arm(now);
  }
}
