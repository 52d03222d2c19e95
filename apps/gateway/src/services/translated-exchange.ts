import type { ChatRequest, Loss } from '@tollgate/core/chat';
import type { DialectId, Target } from '@tollgate/core/dialects';
import type { CallMeter } from './call-meter.ts';
import type { ChosenDialect } from './choose-dialect.ts';
import type { Destination } from './destination.ts';
import type { ClientHeaders } from './dialect-headers.ts';

/** A request in the hub's words, and where it goes. */
export interface HubRequest {
  readonly request: ChatRequest;
  readonly destination: Destination;
  /** What its client speaks. */
  readonly from?: DialectId;
  /** What the face's decoder left out already. */
  readonly losses: readonly Loss[];
  /** Those of its dialect: for a provider that is spoken to in it, and no other. */
  readonly headers?: ClientHeaders;
  /** The client's own body, for its names of what is wrong. */
  readonly body?: unknown;
  /** What the face could not say of the answer; asked for once, when the call is booked. */
  readonly faceLosses?: () => readonly Loss[];
}

/** The same on its way: in its provider's dialect, and metered. */
export interface TranslatedExchange extends HubRequest {
  readonly target: Target;
  readonly meter: CallMeter;
  readonly chosen: ChosenDialect;
  /** Its reply is to call a tool: one without is an error. */
  readonly owesCall: boolean;
  readonly sentHeaders: { readonly [name: string]: string };
}
