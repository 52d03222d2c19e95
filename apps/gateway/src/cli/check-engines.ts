import type { Config } from '../config/config.ts';
import { type Check, failed, fine, warning } from './check.ts';
import { askPostgres, askRedis } from './open-engines.ts';

/** The engines that the settings name: neither is asked where neither is. */
export const checkEngines = async (config: Config): Promise<readonly Check[]> =>
  (await Promise.all([checkPostgres(config), checkRedis(config)])).flat();

async function checkPostgres(config: Config): Promise<readonly Check[]> {
  const { ledger } = config.storage;
  if (ledger === 'sqlite') return [];
  const asked = await askPostgres(ledger, config);
  if (!asked.ok)
    return [failed('postgres', asked.error.detail, 'correct storage.ledger, or start it')];
  const { server, version, knownVersion, gateways } = asked.value;
  const where = `${server}, schema ${version} of ${knownVersion}, gateways that live: ${gateways}`;
  return version > knownVersion
    ? [failed('postgres', where, 'a newer Tollgate wrote it: run that version')]
    : [fine('postgres', where)];
}

async function checkRedis({ storage }: Config): Promise<readonly Check[]> {
  if (storage.shared === 'memory') return [];
  const answer = await askRedis(storage.shared);
  if (answer === undefined) {
    return [failed('redis', 'it does not answer', 'correct storage.shared, or start it')];
  }
  const { policy, keepsAll } = answer;
  return keepsAll
    ? [fine('redis', policy === undefined ? 'it answers' : `it answers, and keeps all (${policy})`)]
    : [
        warning(
          'redis',
          `when its memory is full it drops keys (maxmemory-policy ${policy})`,
          'set maxmemory-policy noeviction: it holds what running calls have reserved',
        ),
      ];
}
