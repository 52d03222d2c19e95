import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Clock } from '../../ports/clock.ts';
import { type UpstreamBody, UpstreamFailure } from '../../ports/upstream.ts';
import type { SimulatedAnswer } from './simulated-answer.ts';

export interface PacedBodyOptions {
  readonly clock: Clock;
  readonly provider: string;
  readonly signal: AbortSignal;
}

/** Waits by the clock; false when the signal came first. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  if (ms <= 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const leave = (): void => {
      timer.cancel();
      resolve(false);
    };
    const timer = clock.schedule(ms, () => {
      signal.removeEventListener('abort', leave);
      resolve(true);
    });
    signal.addEventListener('abort', leave, { once: true });
  });
}

/** The pieces of an answer, each after its pause; pulled, so a slow reader slows it down. */
export function createPacedBody(answer: SimulatedAnswer, options: PacedBodyOptions): UpstreamBody {
  const { clock, provider } = options;
  const cancelled = new AbortController();
  const signal = AbortSignal.any([options.signal, cancelled.signal]);
  const encoder = new TextEncoder();

  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    for (const piece of answer.pieces) {
      const isTime = await pause(clock, answer.paceMs, signal);
      if (!isTime) throw new UpstreamFailure({ kind: 'client_closed' });
      yield encoder.encode(piece);
    }
    if (answer.isCut) throw new UpstreamFailure({ kind: 'provider_truncated', provider });
  }

  async function bytes(limitBytes: number): Promise<Result<Uint8Array, GatewayError>> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const piece of chunks()) {
        pieces.push(piece);
        length += piece.byteLength;
        if (length <= limitBytes) continue;
        const detail = `the reply is longer than ${limitBytes} bytes`;
        return err({ kind: 'provider_invalid_reply', provider, detail });
      }
    } catch (error) {
      if (error instanceof UpstreamFailure) return err(error.failure);
      throw error;
    }
    return ok(Buffer.concat(pieces, length));
  }

  const cancel = (): void => cancelled.abort();
  return { chunks, bytes, cancel, letEnd: cancel };
}
