import {
  type ChatReply,
  type ChatRequest,
  type Feature,
  type Loss,
  replay,
} from '@tollgate/core/chat';
import type { Codec, Dialect } from '@tollgate/core/dialects';
import { REPLY_SAMPLES } from './reply-samples.ts';
import { REQUEST_SAMPLES, type RequestSample } from './request-samples.ts';

/** `silent`: it was left out and nobody is told. A suite holds that there is none. */
export type Outcome =
  | 'mapped'
  | 'emulated'
  | 'clamped'
  | 'moved'
  | 'dropped'
  | 'refused'
  | 'silent';

const BASE: ChatRequest = {
  model: 'm',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  stream: false,
};

const lineOf = ({ path, action }: Loss): string => `${path} ${action}`;

/** What becomes of a feature on the way to a provider of a dialect: read off what its encoder does. */
export function requestOutcome(dialect: Dialect, feature: Feature): Outcome | undefined {
  const sample = REQUEST_SAMPLES[feature];
  if (sample === undefined) return undefined;
  const before = encoded(dialect, sample, sample.without ?? {});
  const after = encoded(dialect, sample, sample.request);
  if (before === undefined || after === undefined) return 'refused';
  const known = new Set(before.losses.map(lineOf));
  const losses = after.losses.filter((loss) => !known.has(lineOf(loss)));
  if (losses.length > 0) return worstOf(losses);
  if (before.text !== after.text) return 'mapped';
  // What is beside a thing that is refused is refused with it.
  return worstOf(before.losses) === 'refused' ? 'refused' : 'silent';
}

function encoded(
  dialect: Dialect,
  { ability = {}, quirks = {} }: RequestSample,
  fields: Partial<ChatRequest>,
) {
  const result = dialect.encodeRequest(
    { ...BASE, ...fields },
    { provider: 'p', model: 'm', ability, quirks, origin: { provider: 'p' } },
  );
  if (!result.ok) return undefined;
  return { text: JSON.stringify(result.value.value), losses: result.value.losses };
}

function worstOf(losses: readonly Loss[]): Outcome {
  if (losses.some(({ weight }) => weight === 'meaning')) return 'refused';
  const actions = losses.map(({ action }) => action);
  return actions.find((action) => action === 'dropped') ?? actions[0] ?? 'mapped';
}

/** Of a reply nothing is refused: what its face can't say is left out and told. */
export function replyOutcome(dialect: Codec, name: string): Outcome {
  const reply = REPLY_SAMPLES[name];
  if (reply === undefined) throw new Error(`no sample of ${name}`);
  const answering = { replyId: 'r', created: 1, model: 'm', includeUsage: true };
  const { losses } = dialect.encodeReply(reply, answering);
  if (losses.length > 0)
    return losses.find(({ action }) => action === 'dropped')?.action ?? actionOf(losses);
  return isSilent(dialect, reply, answering) ? 'silent' : 'mapped';
}

const actionOf = (losses: readonly Loss[]): Outcome => losses[0]?.action ?? 'mapped';

/** Left out where neither the whole reply nor its stream differs from an empty one's. */
function isSilent(
  dialect: Codec,
  reply: ChatReply,
  answering: Parameters<Codec['encodeReply']>[1],
): boolean {
  const empty: ChatReply = { ...reply, choices: [{ content: [], stopReason: 'stop' }] };
  const { usage: _usage, ...uncounted } = empty;
  const whole = (one: ChatReply): string =>
    JSON.stringify(dialect.encodeReply(one, answering).value);
  const streamed = (one: ChatReply): string => {
    const encoder = dialect.createStreamEncoder(answering);
    const events = [...replay(one).flatMap((event) => encoder.push(event)), ...encoder.end()];
    return JSON.stringify(events);
  };
  return whole(reply) === whole(uncounted) && streamed(reply) === streamed(uncounted);
}
