import type { GatewayError } from '@tollgate/core/chat';
import type { JsonObject, JsonValue } from '@tollgate/core/json';
import type { SimulatedFault } from '@tollgate/core/simulation';

/** What the simulated provider says to one request, before it is paced. */
export interface SimulatedAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** The body in the pieces that it comes in. */
  readonly pieces: readonly string[];
  /** Before each piece, milliseconds. */
  readonly paceMs: number;
  /** The connection breaks after the pieces. */
  readonly isCut: boolean;
}

/** Where an operation of a dialect takes what it can't know from the request. */
export interface Occasion {
  readonly body: JsonObject;
  /** The same for the same request. */
  readonly id: (prefix: string) => string;
  /** Unix seconds. */
  readonly now: number;
}

export interface SimulatedOperation {
  answer(occasion: Occasion): SimulatedAnswer;
  /** The dialect's body for a failure with this status. */
  errorBody(status: number, message: string): JsonValue;
  /** The dialect's body for a request that can't be read. */
  refusal(error: GatewayError): JsonValue;
}

export const jsonAnswer = (
  status: number,
  body: JsonValue,
  headers: { readonly [name: string]: string } = {},
): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  pieces: [JSON.stringify(body)],
  paceMs: 0,
  isCut: false,
});

export const faultAnswer = (
  fault: Extract<SimulatedFault, { readonly type: 'status' }>,
  operation: SimulatedOperation,
): SimulatedAnswer => {
  const { status, retryAfterSeconds } = fault;
  const message = `The simulated provider was asked to fail with ${status}.`;
  return jsonAnswer(
    status,
    operation.errorBody(status, status === 404 ? 'The model does not exist.' : message),
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  );
};

/** Half of the pieces, at least one: what comes before the connection breaks. */
export const halfOf = (pieces: readonly string[]): readonly string[] =>
  pieces.slice(0, Math.max(1, pieces.length >> 1));
