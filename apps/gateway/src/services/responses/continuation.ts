import { err, ok, type Result } from '@tollgate/core';
import { type GatewayError, type Loss, lost } from '@tollgate/core/chat';
import { isJsonObject, type JsonValue } from '@tollgate/core/json';
import type { Destination } from '../destination.ts';
import type { KeptHere, KeptResponses } from './kept-responses.ts';

/** What a request goes on from. */
export type Continuation =
  | { readonly type: 'nothing' }
  /** What its own provider keeps. */
  | { readonly type: 'provider' }
  /** What is kept here: it is put before the input. */
  | {
      readonly type: 'here';
      readonly items: readonly JsonValue[];
      readonly losses: readonly Loss[];
    };

/** Longer conversations are to be sent by their client, which knows what may be left out. */
const MOST_TURNS = 500;

const FINISHED = new Set(['completed', 'incomplete']);

const PATH = 'previous_response_id';

const refused = (detail: string) =>
  err<GatewayError>({ kind: 'invalid_request', path: PATH, detail });

export async function continuationOf(
  kept: KeptResponses,
  { owner, previous }: { readonly owner: string; readonly previous: string | undefined },
  { provider }: Destination,
): Promise<Result<Continuation, GatewayError>> {
  if (previous === undefined) return ok({ type: 'nothing' });
  const found = await kept.find(owner, previous, PATH);
  if (!found.ok) return found;
  if (found.value.at === 'here') {
    return saidUpTo(kept, owner, { id: previous, last: found.value, provider: provider.name });
  }
  const keeper = found.value.provider;
  if (keeper === provider.name) return ok({ type: 'provider' });
  return refused(
    `that response is kept by the provider "${keeper}", and can't be continued by "${provider.name}". Choose a model of "${keeper}", or send the conversation as input.`,
  );
}

interface Line {
  readonly id: string;
  readonly last: KeptHere;
  readonly provider: string;
}

/** From the oldest on. One that is gone takes what came after it along. */
async function saidUpTo(
  kept: KeptResponses,
  owner: string,
  { id, last, provider }: Line,
): Promise<Result<Continuation, GatewayError>> {
  const status = String(last.response['status']);
  if (!FINISHED.has(status)) {
    return refused(`that response can't be continued: its status is ${status}.`);
  }
  const turns: (readonly JsonValue[])[] = [];
  const losses: Loss[] = [];
  let turn: KeptHere = last;
  for (;;) {
    const output = itemsOf(turn.response['output']);
    const readable = output.filter((item) => isReadable(item, turn, provider));
    if (readable.length < output.length) losses.push(UNREADABLE);
    turns.unshift([...itemsOf(turn.input), ...readable]);
    if (turn.previous === undefined) return ok({ type: 'here', items: turns.flat(), losses });
    if (turns.length >= MOST_TURNS) {
      return refused(`the conversation is longer than ${MOST_TURNS} responses: send it as input.`);
    }
    const before = await kept.find(owner, turn.previous);
    if (!before.ok && before.error.kind !== 'response_not_found') return before;
    if (!before.ok || before.value.at !== 'here') {
      return err({ kind: 'response_not_found', id, path: PATH });
    }
    turn = before.value;
  }
}

function itemsOf(input: JsonValue | undefined): readonly JsonValue[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  return Array.isArray(input) ? input : [];
}

/** What passed doesn't say who wrote its thoughts; we know, and another provider can't read them. */
const isReadable = (item: JsonValue, turn: KeptHere, provider: string): boolean =>
  turn.isRaw !== true ||
  turn.provider === provider ||
  !isJsonObject(item) ||
  item['type'] !== 'reasoning';

const UNREADABLE = lost(
  'earlierReasoning',
  'previous_response_id.output.reasoning',
  'thoughts that another provider encrypted',
);
