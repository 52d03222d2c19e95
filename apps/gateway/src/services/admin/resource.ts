import { err, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { type AtVersion, type Page, type Stored, staleRecord } from '@tollgate/core/directory';
import type { Identity } from '@tollgate/core/governance';
import type { ListQuery, RecordStore } from '../../ports/record-store.ts';
import { refuseUnlessAdmin } from './permit.ts';

/** Records of one kind, for administrators. */
export interface Resource<R extends Stored, New, Patch extends AtVersion> {
  create(by: Identity, wanted: New): Promise<Result<R, GatewayError>>;
  get(by: Identity, id: string): Promise<Result<R, GatewayError>>;
  /** Oldest first. */
  list(by: Identity, query: ListQuery): Promise<Result<Page<R>, GatewayError>>;
  /** Absent fields stay, null clears. Fails with `conflict` unless the patch's version stands. */
  update(by: Identity, id: string, patch: Patch): Promise<Result<R, GatewayError>>;
  /** Fails with `conflict` while something belongs to it. */
  delete(by: Identity, id: string): Promise<Result<void, GatewayError>>;
}

export interface ResourceParts<R extends Stored, New, Patch> {
  readonly store: RecordStore<R>;
  readonly noun: string;
  /** The record that is wanted, or what is wrong with it. */
  readonly made: (wanted: New) => Result<R, GatewayError>;
  readonly changed: (record: R, patch: Patch) => Result<R, GatewayError>;
  /** The one that new records belong to where they name none: it stays. */
  readonly standing?: string;
}

export function createResource<R extends Stored, New, Patch extends AtVersion>({
  store,
  noun,
  made,
  changed,
  standing,
}: ResourceParts<R, New, Patch>): Resource<R, New, Patch> {
  return {
    create: async (by, wanted) => {
      const refusal = refuseUnlessAdmin(by);
      if (refusal !== undefined) return refusal;
      const record = made(wanted);
      if (!record.ok) return record;
      const stored = await store.create(record.value);
      return stored.ok ? record : stored;
    },
    get: async (by, id) => refuseUnlessAdmin(by) ?? store.get(id),
    list: async (by, query) => refuseUnlessAdmin(by) ?? store.list(query),
    update: async (by, id, patch) => {
      const refusal = refuseUnlessAdmin(by);
      if (refusal !== undefined) return refusal;
      const read = await store.get(id);
      if (!read.ok) return read;
      if (read.value.version !== patch.version) return err(staleRecord(noun));
      const next = changed(read.value, patch);
      if (!next.ok) return next;
      const stored = await store.replace(next.value);
      return stored.ok ? next : stored;
    },
    delete: async (by, id) => {
      const refusal = refuseUnlessAdmin(by);
      if (refusal !== undefined) return refusal;
      if (id !== standing) return store.delete(id);
      return err({
        kind: 'conflict',
        detail: `The ${noun} "${id}" stays: what names no ${noun} belongs to it.`,
      });
    },
  };
}
