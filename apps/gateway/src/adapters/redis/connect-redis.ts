import { Redis } from 'ioredis';

export interface RedisOptions {
  /** `redis://host:port/0`, or `rediss://` with TLS. */
  readonly url: string;
  /** A command that takes longer has failed: calls wait for it. */
  readonly commandMs?: number;
  readonly onTrouble: (detail: string) => void;
}

const COMMAND_MS = 1_000;
const CONNECT_MS = 2_000;
const LONGEST_PAUSE_MS = 2_000;

/** A connection that mends itself, for ever; commands meanwhile fail at once or in a second. */
export function connectRedis({ url, commandMs = COMMAND_MS, onTrouble }: RedisOptions): Redis {
  const redis = new Redis(url, {
    commandTimeout: commandMs,
    connectTimeout: CONNECT_MS,
    // A command that was cut off may have been carried out: whoever asked decides what to do.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(times * 50, LONGEST_PAUSE_MS),
    disableClientInfo: true,
  });
  redis.on('error', (error: Error) => onTrouble(error.message));
  return redis;
}
