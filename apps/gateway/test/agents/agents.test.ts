import { createHarness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/create-app.ts';
import { aiSdkAgents } from './ai-sdk.ts';
import { anthropicLoop } from './anthropic-loop.ts';
import { anthropicProvider } from './anthropic-provider.ts';
import { type Agent, ANSWER, EXCHANGES, type Provider, TURNS, USAGE } from './conversation.ts';
import { geminiProvider, startGemini } from './gemini-provider.ts';
import { langChainAgents } from './langchain.ts';
import { openAiAgents } from './openai-agents.ts';
import { chatProvider, responsesProvider } from './openai-providers.ts';

/** The app with one provider of each family. */
async function start() {
  const gemini = await startGemini();
  const harness = await createHarness(createApp, {
    settings: ({ openai }) => ({
      config: {
        providers: {
          google: { apiKey: 'AIza-test', baseUrl: gemini.url },
          plain: { dialect: 'openai-chat', baseUrl: openai.baseUrl, apiKey: openai.apiKey },
          oracle: { dialect: 'openai-responses', baseUrl: openai.baseUrl, apiKey: openai.apiKey },
        },
      },
    }),
  });
  return {
    harness,
    gemini,
    [Symbol.asyncDispose]: async () => {
      await harness[Symbol.asyncDispose]();
      await gemini[Symbol.asyncDispose]();
    },
  };
}

const agents: readonly Agent[] = [
  ...aiSdkAgents,
  ...langChainAgents,
  ...openAiAgents,
  anthropicLoop,
];
const providers: readonly Provider[] = [
  chatProvider,
  responsesProvider,
  anthropicProvider,
  geminiProvider,
];
const table = agents.flatMap((agent) =>
  providers.map((provider) => [agent.name, provider.name, agent, provider] as const),
);

describe('three turns, two calls at once', () => {
  it.each(table)('%s, served by %s, whole and streamed', async (_a, _p, agent, provider) => {
    await using world = await start();
    for (const stream of [false, true]) {
      const before = provider.sent(world).length;
      provider.script(world, TURNS);

      const answer = await agent.run({
        url: world.harness.url,
        key: world.harness.keys.member,
        model: provider.model,
        stream,
      });

      const sent = provider.sent(world).slice(before);
      expect(sent.map((body) => provider.exchanges(body))).toEqual([
        [],
        EXCHANGES.slice(0, 2),
        EXCHANGES,
      ]);
      expect(sent.map((body) => provider.states(body))).toEqual([
        [],
        provider.toldState(0),
        [...provider.toldState(0), ...provider.toldState(1)],
      ]);
      expect(answer).toEqual({ text: ANSWER, usage: USAGE });
    }
  });
});
