import * as z from 'zod';
import type { GatewayError } from '../../chat/error.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { err, ok, type Result } from '../../result.ts';
import type { DecodedRequest } from '../dialect.ts';
import { restOf } from '../rest-of.ts';
import { wireProblem } from '../wire-problem.ts';

export const DIALECT = 'openai-completions';

const Ratio = z.number().nullish();

const FIELDS = {
  model: z.string().min(1),
  prompt: z.union([z.string(), z.array(z.string()).min(1), z.array(z.unknown())]),
  suffix: z.string().nullish(),
  echo: z.boolean().nullish(),
  best_of: z.int().positive().nullish(),
  max_tokens: z.int().nonnegative().nullish(),
  temperature: Ratio,
  top_p: Ratio,
  n: z.int().positive().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({}).nullish(),
  logprobs: z.int().nonnegative().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  presence_penalty: Ratio,
  frequency_penalty: Ratio,
  logit_bias: z.record(z.string(), z.number()).nullish(),
  seed: z.int().nullish(),
  user: z.string().nullish(),
};
const WireRequest = z.looseObject(FIELDS);
type WireRequest = z.infer<typeof WireRequest>;
const KNOWN: ReadonlySet<string> = new Set(Object.keys(FIELDS));

/** The prompt becomes the one message of a user: there is nobody else in a text completion. */
export function decodeRequest(body: JsonObject): Result<DecodedRequest, GatewayError> {
  const parsed = WireRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const wire = parsed.data;
  const prompt = readPrompt(wire.prompt);
  if (!prompt.ok) return prompt;
  const rest = restOf(DIALECT, body, KNOWN);
  const stop = wire.stop == null ? [] : [wire.stop].flat();
  const request: ChatRequest = {
    model: wire.model,
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt.value }] }],
    stream: wire.stream === true,
    ...(wire.max_tokens == null ? {} : { maxOutputTokens: wire.max_tokens }),
    ...(wire.temperature == null ? {} : { temperature: wire.temperature }),
    ...(wire.top_p == null ? {} : { topP: wire.top_p }),
    ...(wire.n == null ? {} : { n: wire.n }),
    ...(wire.logprobs == null ? {} : { logprobs: { top: wire.logprobs } }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
    ...(wire.presence_penalty == null ? {} : { presencePenalty: wire.presence_penalty }),
    ...(wire.frequency_penalty == null ? {} : { frequencyPenalty: wire.frequency_penalty }),
    ...(wire.logit_bias == null ? {} : { logitBias: wire.logit_bias }),
    ...(wire.seed == null ? {} : { seed: wire.seed }),
    ...(wire.user == null ? {} : { endUser: wire.user }),
    ...(rest === undefined ? {} : { rest }),
  };
  return ok({ request, losses: lostIn(wire) });
}

function readPrompt(prompt: WireRequest['prompt']): Result<string, GatewayError> {
  const refused = (detail: string): Result<string, GatewayError> =>
    err({ kind: 'invalid_request', path: 'prompt', detail });
  const [only, ...others] = typeof prompt === 'string' ? [prompt] : prompt;
  if (typeof only !== 'string') {
    return refused('tokens are of another model’s vocabulary: send the text');
  }
  if (others.length > 0) {
    return refused('this model answers one prompt a call: send each in a call of its own');
  }
  return only === '' ? refused('expected text') : { ok: true, value: only };
}

/** What a model that answers messages can't do. */
function lostIn(wire: WireRequest): readonly Loss[] {
  const losses: Loss[] = [];
  if (wire.suffix) losses.push(lost('suffix', 'suffix', 'text is written after messages only'));
  if (wire.echo === true) losses.push(lost('echo', 'echo', 'a reply does not repeat its prompt'));
  if ((wire.best_of ?? 1) > (wire.n ?? 1)) {
    losses.push(lost('bestOf', 'best_of', 'each completion that is written is a choice'));
  }
  return losses;
}
