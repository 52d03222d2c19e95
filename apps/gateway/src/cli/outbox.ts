import type { DeadLetter, DeadReason, DeadSelection } from '../ports/outbox-store.ts';
import { channelStatuses } from '../services/outbox.ts';
import {
  type CliContext,
  CliFailure,
  type CommonOptions,
  misused,
  readConfig,
  toJson,
} from './context.ts';
import { withOutbox } from './open-outbox.ts';
import { renderTable } from './table.ts';

export interface ListOptions extends CommonOptions {
  readonly channel?: string;
  readonly limit: string;
}

export interface ResendOptions extends CommonOptions {
  readonly channel?: string;
}

/** What waits to be told to others, by channel. */
export async function printOutbox(context: CliContext, options: CommonOptions): Promise<void> {
  const { config } = readConfig(context, options);
  const states = await withOutbox(config, (store) => store.states());
  const channels = channelStatuses(states, Date.now());
  if (options.json === true) {
    context.out(toJson({ channels }));
    return;
  }
  if (channels.length === 0) {
    context.err('Nothing waits: everything was acknowledged.');
    return;
  }
  const rows = channels.map(({ channel, pending, oldestSeconds, dead }) => [
    channel,
    pending,
    oldestSeconds === undefined ? '' : `${oldestSeconds} s`,
    dead,
  ]);
  context.out(renderTable(['CHANNEL', 'PENDING', 'OLDEST', 'DEAD'], rows));
}

const MEANING: { readonly [reason in DeadReason]: string } = {
  refused: 'refused by itself, five times',
  untold: 'may have been counted: the reply did not say',
  unreadable: 'may have been counted: goes again under its key',
  expired: 'nobody took it for too long',
};

/** Dead letters: what was given up and is kept. */
export async function listDead(context: CliContext, options: ListOptions): Promise<void> {
  if (!/^[1-9]\d{0,3}$/.test(options.limit)) {
    throw misused(`--limit: expected 1 to 9999, got "${options.limit}"`);
  }
  const { config } = readConfig(context, options);
  const { channel } = options;
  const query = { limit: Number(options.limit), ...(channel !== undefined && { channel }) };
  const letters = await withOutbox(config, (store) => store.deadLetters(query));
  if (options.json === true) {
    context.out(toJson({ deadLetters: letters.map(present) }));
    return;
  }
  if (letters.length === 0) {
    context.err('There are no dead letters.');
    return;
  }
  const rows = letters.map((letter) => [
    String(letter.id),
    letter.channel,
    letter.eventId,
    new Date(letter.at).toISOString(),
    MEANING[letter.reason],
  ]);
  context.out(renderTable(['ID', 'CHANNEL', 'EVENT', 'HAPPENED', 'WHY'], rows));
}

const present = ({ at, body, ...letter }: DeadLetter) => ({
  ...letter,
  at: new Date(at).toISOString(),
  event: JSON.parse(body),
});

/** Has dead letters wait again, for a running gateway or for the next one. */
export async function resendDead(
  context: CliContext,
  ids: readonly string[],
  options: ResendOptions,
): Promise<void> {
  const which = selectionOf(ids, options);
  const { config } = readConfig(context, options);
  const count = await withOutbox(config, (store) => store.resend(which));
  if (count === 0) {
    throw new CliFailure('There are no such dead letters; tollgate outbox list shows all.');
  }
  if (options.json === true) context.out(toJson({ resent: count }));
  else context.err(`${count} wait again; a running gateway sends them within ten seconds.`);
}

function selectionOf(ids: readonly string[], { channel }: ResendOptions): DeadSelection {
  if (channel !== undefined && ids.length === 0) return { channel };
  if (channel !== undefined || ids.length === 0) {
    throw misused('expected ids of dead letters, or --channel for all of one channel');
  }
  const wrong = ids.find((id) => !/^[1-9]\d{0,14}$/.test(id));
  if (wrong === undefined) return { ids: ids.map(Number) };
  throw misused(`expected ids of dead letters, got "${wrong}"`);
}
