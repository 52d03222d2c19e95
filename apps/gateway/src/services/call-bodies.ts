import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Identity } from '@tollgate/core/governance';
import { parseJson } from '@tollgate/core/json';
import type { BodyStore, CallBodies, KeptBody } from '../ports/body-store.ts';
import type { Clock } from '../ports/clock.ts';
import { refuseUnlessAdmin } from './admin/permit.ts';
import { tokensIn } from './without-secrets.ts';

/** Of each body so many characters are kept. */
const MOST_CHARACTERS = 1_048_576;

export interface PassedBodies {
  readonly callId: string;
  readonly identity: Identity;
  readonly request: KeptBody;
  readonly reply: KeptBody;
}

/** Bodies of calls whose keys have them kept: for administrators alone. */
export interface CallBodyService {
  /** For as long as the key says; without tokens that open others' servers. */
  keep(passed: PassedBodies): void;
  find(by: Identity, callId: string): Promise<Result<CallBodies, GatewayError>>;
}

export function createCallBodyService(store: BodyStore, clock: Clock): CallBodyService {
  return {
    keep: ({ callId, identity, request, reply }) => {
      const keptAt = clock.now();
      const clean = withoutTokens(request.text);
      store.keep({
        callId,
        keyId: identity.keyId,
        keptAt,
        keptUntil: keptAt + (identity.storeBodiesSeconds ?? 0) * 1_000,
        request: bounded(request, clean),
        reply: bounded(reply, clean),
      });
    },
    find: async (by, callId) => {
      const refusal = refuseUnlessAdmin(by);
      if (refusal !== undefined) return refusal;
      const bodies = store.find(callId);
      return bodies === undefined
        ? err({ kind: 'record_not_found', noun: 'kept bodies of the call', id: callId })
        : ok(bodies);
    },
  };
}

type Clean = (text: string) => string;

/** Of the tokens that a request hands on to servers of tools, each in whatever spelling JSON allows it. */
function withoutTokens(request: string): Clean {
  const tokens = tokensIn(request);
  if (tokens.length === 0) return (text) => text;
  const replaced: Clean = (text) =>
    tokens.reduce((rest, [token, name]) => rest.replaceAll(token, name), text);
  return (text) => {
    const json = parseJson(text);
    if (!json.ok) return replaced(text);
    return JSON.stringify(json.value, (_field, value: unknown) =>
      typeof value === 'string' ? replaced(value) : value,
    );
  };
}

function bounded({ text, isCut }: KeptBody, clean: Clean): KeptBody {
  const kept = clean(text);
  return kept.length > MOST_CHARACTERS
    ? { text: kept.slice(0, MOST_CHARACTERS), isCut: true }
    : { text: kept, isCut };
}
