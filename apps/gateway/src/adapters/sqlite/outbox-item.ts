import { inputTokens, outputTokens } from '@tollgate/core/chat';
import type { UsageEvent } from '@tollgate/core/usage';
import type { OutboxItem } from '../../ports/outbox-store.ts';

const counted = (value: number): number => (Number.isSafeInteger(value) && value >= 0 ? value : 0);

/**
 * What of a call goes on to the governance service; undefined for callers it doesn't know by e-mail, and
 * for calls that never reached a provider. The model is the one that was asked for or, on the native
 * face, selected for a tier: never the dated name that a provider answers with.
 */
export function toOutboxItem(event: UsageEvent): OutboxItem | undefined {
  const { user, usage } = event;
  if (user === undefined || user.email === '') return undefined;
  if (usage === undefined && event.status !== 'ok') return undefined;
  const asked = event.face === 'native' ? withoutProvider(event) : event.modelAsked;
  // A listed path that passes through is booked under its route, which is no model.
  const model = asked.startsWith('/') ? '' : asked;
  return {
    callId: event.callId,
    email: user.email,
    inputTokens: usage === undefined ? 0 : counted(inputTokens(usage)),
    outputTokens: usage === undefined ? 0 : counted(outputTokens(usage)),
    requests: 1,
    ...(model === '' ? {} : { model }),
    at: Math.round(event.startedAt),
  };
}

function withoutProvider({ modelAsked, provider }: UsageEvent): string {
  const prefix = `${provider}/`;
  return modelAsked.startsWith(prefix) ? modelAsked.slice(prefix.length) : modelAsked;
}
