import { createHash } from 'node:crypto';
import type { ModelPrice } from '@tollgate/core/pricing';
import type { BookedPrice } from '../../ports/price-book.ts';

/** A price under the digest of its content. */
export const bookedPrice = (source: string, price: ModelPrice): BookedPrice => ({
  id: createHash('sha256').update(JSON.stringify(price)).digest('base64url').slice(0, 16),
  source,
  price,
});
