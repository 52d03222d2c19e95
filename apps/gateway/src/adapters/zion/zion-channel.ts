import { failedIncrements, MAX_ZION_INCREMENTS, ZionIncrement } from '@tollgate/core/governance';
import type { Log } from '../../ports/log.ts';
import type { OutboxBatch, OutboxOutcome } from '../../ports/outbox-store.ts';
import type { OutboxChannel, Sending } from '../outbox/outbox-channel.ts';
import { ZION_CHANNEL } from '../sql/outbox-rows.ts';
import type { ZionClient, ZionFailure } from './zion-client.ts';

export interface ZionChannelOptions {
  readonly client: ZionClient;
  readonly log: Log;
}

/** Sendings of a batch whose replies can't be read before it is given up: it may have been counted. */
const MAX_UNREADABLE = 3;
/** Zion refuses the batch's content, so nothing of it was counted. */
const CONTENT_REFUSED: readonly number[] = [400, 413, 422];

const all = (batch: OutboxBatch, outcome: OutboxOutcome): OutboxOutcome[] =>
  batch.items.map(() => outcome);

class ZionChannel implements OutboxChannel {
  readonly name = ZION_CHANNEL;
  readonly #client: ZionClient;
  readonly #log: Log;
  /** Shrinks while Zion refuses a batch's content, until the item it refuses stands alone. */
  #maxItems = MAX_ZION_INCREMENTS;

  constructor({ client, log }: ZionChannelOptions) {
    this.#client = client;
    this.#log = log;
  }

  maxItems(): number {
    return this.#maxItems;
  }

  async send(batch: OutboxBatch, signal: AbortSignal): Promise<Sending> {
    const increments = batch.items.map(({ body }) => ZionIncrement.parse(JSON.parse(body)));
    const answer = await this.#client.increment(increments, batch.idempotencyKey, signal);
    if (!answer.ok) return this.#refused(batch, answer.error);
    return this.#counted(batch, failedIncrements(answer.value, increments));
  }

  #counted(batch: OutboxBatch, failed: readonly number[] | undefined): Sending {
    const items = batch.items.length;
    if (failed === undefined) {
      // Sent again, what was counted would be counted twice; so it waits for a person.
      this.#log.error(
        { items },
        'Zion does not tell which items of a batch it refused: kept as dead',
      );
      return { type: 'settled', outcomes: all(batch, 'dead'), next: 'again' };
    }
    const places = new Set(failed);
    this.#maxItems = Math.min(this.#maxItems * 2, MAX_ZION_INCREMENTS);
    if (places.size > 0) this.#log.warn({ items, failed: places.size }, 'Zion refused items');
    return {
      type: 'settled',
      outcomes: batch.items.map((_item, place) => (places.has(place) ? 'failed' : 'sent')),
      next: places.size === 0 ? 'again' : 'later',
    };
  }

  #refused(batch: OutboxBatch, failure: ZionFailure): Sending {
    const items = batch.items.length;
    if (failure.kind === 'refused' && CONTENT_REFUSED.includes(failure.status)) {
      this.#log.warn({ items, status: failure.status }, 'Zion refused a batch');
      if (items === 1) return { type: 'settled', outcomes: ['failed'], next: 'later' };
      this.#maxItems = Math.ceil(items / 2);
      return { type: 'settled', outcomes: all(batch, 'again'), next: 'again' };
    }
    if (failure.kind === 'invalid') {
      if (batch.unusable + 1 < MAX_UNREADABLE) return { type: 'later', isUnusable: true };
      this.#log.error({ items }, "Zion's replies to a batch can't be read: kept as dead");
      return { type: 'buried', reason: 'unreadable' };
    }
    const retryAfterMs = failure.kind === 'refused' ? failure.retryAfterMs : undefined;
    return { type: 'later', ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

/** Usage on its way to Zion: at most a thousand increments a batch, under the batch's key. */
export function createZionChannel(options: ZionChannelOptions): OutboxChannel {
  return new ZionChannel(options);
}
