import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Page, PageQuery, Stored } from '@tollgate/core/directory';

export interface ListQuery extends PageQuery {
  /** Only records that have these, by field; what is undefined narrows nothing. */
  readonly where?: { readonly [field: string]: string | undefined };
}

/**
 * Records of one kind, shared by every gateway and command on one database. Fails with
 * `record_not_found`, `conflict`, `invalid_request` where it names what isn't there, and
 * `storage_unavailable`.
 */
export interface RecordStore<R extends Stored> {
  create(record: R): Promise<Result<void, GatewayError>>;
  get(id: string): Promise<Result<R, GatewayError>>;
  /** Oldest first. */
  list(query: ListQuery): Promise<Result<Page<R>, GatewayError>>;
  /** Takes the place of the version before; of two who read the same one, the second fails. */
  replace(record: R): Promise<Result<void, GatewayError>>;
  /** Fails with `conflict` while something belongs to it. */
  delete(id: string): Promise<Result<void, GatewayError>>;
}
