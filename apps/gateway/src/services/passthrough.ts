import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Config, ProviderConfig } from '../config/config.ts';
import type { Governance } from '../ports/governance.ts';
import type { Log } from '../ports/log.ts';
import type { Deadlines, Upstream, UpstreamReply } from '../ports/upstream.ts';
import type { Call } from './call.ts';
import type { CallMeter, Metering } from './call-meter.ts';
import { authHeaders, beneathBase } from './provider-request.ts';
import { readFailure } from './read-failure.ts';
import { logRefusedKey } from './refused-key.ts';

export interface PassthroughRequest {
  readonly method: string;
  /** The path as the operator listed it: what the ledger calls the model. */
  readonly route: string;
  /** Beneath the base URL: `/audio/speech?x=1`. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array | undefined;
}

/** A path that the operator listed: method, query, headers and body are kept, one request is counted. */
export interface PassthroughService {
  send(call: Call, request: PassthroughRequest): Promise<Result<PassedOn, GatewayError>>;
}

export interface PassedOn {
  readonly reply: UpstreamReply;
  readonly meter: CallMeter;
  /** What the reply's status says went wrong; the reply is relayed all the same. */
  readonly refusal: GatewayError | undefined;
}

export interface PassthroughDeps {
  readonly config: Config;
  readonly governance: Governance;
  readonly metering: Metering;
  readonly upstreamOf: (provider: ProviderConfig) => Upstream;
  readonly deadlines: Deadlines;
  readonly log: Log;
}

export function createPassthroughService(deps: PassthroughDeps): PassthroughService {
  const provider = passthroughProvider(deps.config);
  return {
    send: async (call, request) => {
      const admitted = await deps.governance.admit(call.identity, call.signal);
      if (!admitted.ok) return admitted;
      if (provider === undefined) return { ok: false, error: noProvider };
      const destination = { provider, model: request.route, asked: request.route };
      // No tokens are counted on such a path, so none are taken to be lost with it.
      const started = await deps.metering.start(call, destination, {
        stream: false,
        inputBytes: 0,
        maxOutputTokens: 0,
        sentBytes: () => request.body?.length ?? 0,
        unseenInput: () => undefined,
      });
      if (!started.ok) return started;
      const meter = started.value;
      const sent = await deps.upstreamOf(provider).send({
        provider: provider.name,
        url: beneathBase(provider, 'openai-chat', request.path),
        method: request.method,
        headers: { ...request.headers, ...authHeaders(provider, 'openai-chat') },
        body: request.body,
        deadlines: deps.deadlines,
        signal: call.signal,
      });
      if (!sent.ok) {
        meter.finish({ error: sent.error, losses: [], text: noText });
        return sent;
      }
      const { status, body } = sent.value;
      if (status !== 401 && status !== 403) {
        const told = { status, headers: sent.value.headers, body: '' };
        const refusal = status < 400 ? undefined : readFailure('openai-chat', provider, told);
        return ok({ reply: sent.value, meter, refusal });
      }
      body.cancel();
      const error = { kind: 'provider_auth', provider: provider.name, status } as const;
      logRefusedKey(deps.log, call, error);
      meter.finish({ error, losses: [], text: noText });
      return err(error);
    },
  };
}

export const noText = { input: () => '', output: () => '' };

const noProvider: GatewayError = {
  kind: 'endpoint_not_found',
  detail: 'No provider that speaks the OpenAI dialect is configured, so nothing passes through.',
};

/** The default provider, else the first that is called over the network and speaks OpenAI's dialect. */
function passthroughProvider(config: Config): ProviderConfig | undefined {
  const able = config.providers.filter(
    (provider) => provider.transport === 'http' && provider.dialects.includes('openai-chat'),
  );
  return able.find((provider) => provider.name === config.defaultProvider) ?? able[0];
}
