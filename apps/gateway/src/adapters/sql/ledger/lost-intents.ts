import type { Intent } from '@tollgate/core/usage';
import type { SqlReader, SqlRow } from '../sql.ts';
import { chargesOfText } from './batch.ts';
import { callIdOf } from './call-id.ts';
import { readShared } from './call-row.ts';

const SELECT_INTENTS = `
  select intents.*, callers.key_id, callers.key_name, callers.user_id, callers.team_id,
    callers.organisation_id, callers.governed_id, callers.governed_external_id,
    callers.governed_email, callers.tags, callers.face,
    routes.model_asked, routes.provider, routes.model_served, routes.service_tier
  from intents
  join callers on callers.id = intents.caller
  join routes on routes.id = intents.route`;

export interface LostQuery {
  /** Whoever asks: its own calls are not lost. */
  readonly instance: string;
  /** Instances heard of since are alive, Unix milliseconds; infinity where no other can be. */
  readonly aliveSince: number;
}

/** Calls whose gateway is dead, and of whose end nothing was booked. */
export async function lostIntents(
  db: SqlReader,
  { instance, aliveSince }: LostQuery,
): Promise<readonly Intent[]> {
  const rows = await db.all(
    `${SELECT_INTENTS} where intents.instance <> ? and not exists (
      select 1 from instances where instances.id = intents.instance and heartbeat_at >= ?)
    order by intents.started_at, intents.call_id`,
    instance,
    Math.min(aliveSince, Number.MAX_SAFE_INTEGER),
  );
  return rows.map(intentOf);
}

const intentOf = (row: SqlRow): Intent => ({
  callId: callIdOf(row['call_id']),
  startedAt: Number(row['started_at']),
  ...readShared(row),
  stream: Number(row['stream']) === 1,
  attempt: Number(row['attempt']),
  estimate: {
    inputTokens: Number(row['input_tokens']),
    outputTokens: Number(row['output_tokens']),
  },
  ...(row['claims'] === null ? {} : { claims: chargesOfText(JSON.parse(String(row['claims']))) }),
});
