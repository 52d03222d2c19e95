import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../ports/clock.ts';
import {
  type UpstreamBody,
  UpstreamFailure,
  type UpstreamReply,
  type UpstreamRequest,
} from '../../ports/upstream.ts';
import { CallDeadlines } from './call-deadlines.ts';
import { type CallPhase, failureOf } from './failure-of.ts';
import { PieceQueue } from './piece-queue.ts';

/** Bytes held for a slow reader before the provider is made to wait. */
const HIGH_WATER_BYTES = 64 * 1024;
/** How long a connection whose reply is of no more use may take to end it, milliseconds. */
const END_MS = 1_000;

type Headers = { readonly [name: string]: string | string[] | undefined };
type Piece = IteratorResult<Uint8Array, undefined>;

const DONE: Piece = { done: true, value: undefined };

const flatten = (headers: Headers): { readonly [name: string]: string } => {
  // Without a prototype: a provider may send a header named `__proto__` or `constructor`.
  const flat: { [name: string]: string } = Object.create(null);
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
};

/** Someone who waits: an iterator for its next piece, or `bytes` for them all. */
type Reader =
  | {
      readonly wants: 'piece';
      readonly resolve: (piece: Piece) => void;
      readonly reject: (failure: UpstreamFailure) => void;
    }
  | {
      readonly wants: 'all';
      readonly limitBytes: number;
      readonly resolve: (result: Result<Uint8Array, GatewayError>) => void;
    };

/**
 * One request and its reply: undici's handler on one side, the reply's body on the other. Written by
 * hand, without a stream between, since each short call pays for what stands here.
 */
export class UpstreamCall implements Dispatcher.DispatchHandler, UpstreamBody {
  readonly reply: Promise<Result<UpstreamReply, GatewayError>>;
  readonly #provider: string;
  readonly #signal: AbortSignal;
  readonly #onSettled: () => void;
  readonly #deadlines: CallDeadlines;
  readonly #pieces = new PieceQueue();
  #answer: (result: Result<UpstreamReply, GatewayError>) => void = () => {};
  #controller: Dispatcher.DispatchController | undefined;
  #phase: CallPhase = 'connect';
  #announcedBytes = 0;
  #reader: Reader | undefined;
  #isEnded = false;
  #isDropped = false;
  #failure: GatewayError | undefined;

  constructor(request: UpstreamRequest, clock: Clock, onSettled: () => void) {
    this.#provider = request.provider;
    this.#signal = request.signal;
    this.#onSettled = onSettled;
    this.reply = new Promise((resolve) => {
      this.#answer = resolve;
    });
    this.#deadlines = new CallDeadlines(clock, request.deadlines, (phase) =>
      this.#cut({ kind: 'provider_timeout', provider: this.#provider, phase }),
    );
    this.#signal.addEventListener('abort', this);
  }

  /** The signal's listener. */
  handleEvent(): void {
    this.cancel();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it queued for a connection: this throw reaches only undici, which takes the
    // request out and keeps the connection for others. An abort would cost them the connection.
    if (this.#failure !== undefined) throw new Error('the call was given up before it was sent');
    this.#controller = controller;
    this.#phase = 'headers';
    this.#deadlines.expectHeaders();
  }

  onRequestSent(): void {
    if (this.#phase === 'headers' && this.#failure === undefined) this.#deadlines.expectHeaders();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
  ): void {
    if (status < 200 || this.#failure !== undefined) return;
    this.#phase = 'body';
    this.#deadlines.expectNothing();
    const flat = flatten(headers);
    this.#announcedBytes = Number(flat['content-length'] ?? 0);
    this.#answer(ok({ status, headers: flat, body: this }));
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#failure !== undefined || this.#isDropped) return;
    const reader = this.#reader;
    if (reader?.wants === 'piece') {
      this.#reader = undefined;
      this.#deadlines.expectNothing();
      reader.resolve({ done: false, value: piece });
      return;
    }
    this.#pieces.push(piece);
    if (reader === undefined) {
      if (this.#pieces.bytes >= HIGH_WATER_BYTES) controller.pause();
    } else if (this.#pieces.bytes > reader.limitBytes) {
      this.#cut(this.#tooLong(reader.limitBytes));
    } else {
      this.#deadlines.expectPiece();
    }
  }

  onResponseEnd(): void {
    if (this.#failure === undefined) {
      this.#isEnded = true;
      this.#release();
      const reader = this.#reader;
      this.#reader = undefined;
      if (reader?.wants === 'piece') reader.resolve(DONE);
      else reader?.resolve(ok(this.#pieces.takeAll()));
    }
    this.#onSettled();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(failureOf(error, this.#phase, this.#provider));
    this.#onSettled();
  }

  cancel(): void {
    if (this.#isEnded || this.#isDropped || this.#failure !== undefined) {
      this.#pieces.clear();
      return;
    }
    this.#cut({ kind: 'client_closed' });
  }

  letEnd(): void {
    this.#pieces.clear();
    if (this.#isEnded || this.#isDropped || this.#failure !== undefined) return;
    this.#isDropped = true;
    this.#deadlines.expectEnd(END_MS);
    this.#controller?.resume();
  }

  bytes(limitBytes: number): Promise<Result<Uint8Array, GatewayError>> {
    if (this.#failure !== undefined) return Promise.resolve(err(this.#failure));
    if (this.#announcedBytes > limitBytes || this.#pieces.bytes > limitBytes) {
      const failure = this.#tooLong(limitBytes);
      this.#cut(failure);
      return Promise.resolve(err(failure));
    }
    if (this.#isEnded) return Promise.resolve(ok(this.#pieces.takeAll()));
    return new Promise((resolve) => {
      this.#wait({ wants: 'all', limitBytes, resolve });
    });
  }

  chunks(): AsyncIterable<Uint8Array> {
    const iterator: AsyncIterator<Uint8Array, undefined> = {
      next: () => this.#next(),
      return: () => {
        this.cancel();
        return Promise.resolve(DONE);
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  #next(): Promise<Piece> {
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      if (this.#pieces.bytes < HIGH_WATER_BYTES / 2) this.#controller?.resume();
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#failure !== undefined) return Promise.reject(new UpstreamFailure(this.#failure));
    if (this.#isEnded) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#wait({ wants: 'piece', resolve, reject });
    });
  }

  #wait(reader: Reader): void {
    this.#reader = reader;
    this.#deadlines.expectPiece();
    this.#controller?.resume();
  }

  #tooLong(limitBytes: number): GatewayError {
    const detail = `the reply is longer than ${limitBytes} bytes`;
    return { kind: 'provider_invalid_reply', provider: this.#provider, detail };
  }

  /** Fails the call and cuts its connection; what had come and wasn't read is dropped. */
  #cut(failure: GatewayError): void {
    const wasEnded = this.#isEnded;
    this.#pieces.clear();
    this.#fail(failure);
    if (!wasEnded) this.#controller?.abort(new Error('the call was given up'));
  }

  #fail(failure: GatewayError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#release();
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader?.wants === 'piece') reader.reject(new UpstreamFailure(failure));
    else reader?.resolve(err(failure));
    this.#answer(err(failure));
  }

  #release(): void {
    this.#deadlines.end();
    this.#signal.removeEventListener('abort', this);
  }
}
