import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import * as z from 'zod';
import type { Agent, Gateway } from './conversation.ts';
import { difference, INSTRUCTIONS, QUESTION, weather } from './conversation.ts';

/** The AI SDK's own loop, by the package of one provider. */
const loopOf = (
  name: string,
  modelOf: (gateway: Gateway) => LanguageModelV4,
  providerOptions: { readonly openai?: { readonly store: boolean } } = {},
): Agent => ({
  name: `the AI SDK’s loop by ${name}`,
  run: async (gateway) => {
    const asked = {
      model: modelOf(gateway),
      instructions: INSTRUCTIONS,
      prompt: QUESTION,
      stopWhen: stepCountIs(5),
      maxRetries: 0,
      providerOptions,
      tools: {
        weather: tool({
          description: 'The weather in a city.',
          inputSchema: z.object({ city: z.string() }),
          execute: async (input) => weather(input),
        }),
        difference: tool({
          description: 'How much warmer the first is.',
          inputSchema: z.object({ first: z.number(), second: z.number() }),
          execute: async (input) => difference(input),
        }),
      },
    };
    const result = gateway.stream ? streamText(asked) : await generateText(asked);
    const usage = await result.totalUsage;
    return {
      text: await result.text,
      usage: { input: usage.inputTokens ?? -1, output: usage.outputTokens ?? -1 },
    };
  },
});

const v1 = ({ url, key }: Gateway) => ({ apiKey: key, baseURL: `${url}/v1` });

export const aiSdkAgents: readonly Agent[] = [
  loopOf('@ai-sdk/openai on Chat', (gateway) => createOpenAI(v1(gateway)).chat(gateway.model)),
  loopOf('@ai-sdk/openai on Responses', (gateway) =>
    createOpenAI(v1(gateway)).responses(gateway.model),
  ),
  loopOf(
    '@ai-sdk/openai on Responses, nothing stored',
    (gateway) => createOpenAI(v1(gateway)).responses(gateway.model),
    { openai: { store: false } },
  ),
  loopOf('@ai-sdk/anthropic', (gateway) => createAnthropic(v1(gateway))(gateway.model)),
  loopOf('@ai-sdk/google', ({ url, key, model }) =>
    createGoogle({ apiKey: key, baseURL: `${url}/v1beta` })(`models/${model}`),
  ),
];
