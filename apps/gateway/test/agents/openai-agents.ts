import {
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
  Agent as OpenAiAgent,
  Runner,
  setTracingDisabled,
  tool,
} from '@openai/agents';
import OpenAI from 'openai';
import * as z from 'zod';
import type { Agent, Gateway } from './conversation.ts';
import { difference, INSTRUCTIONS, QUESTION, weather } from './conversation.ts';

// It would tell its maker of each run.
setTracingDisabled(true);

const tools = [
  tool({
    name: 'weather',
    description: 'The weather in a city.',
    parameters: z.object({ city: z.string() }),
    execute: async (input) => weather(input),
  }),
  tool({
    name: 'difference',
    description: 'How much warmer the first is.',
    parameters: z.object({ first: z.number(), second: z.number() }),
    execute: async (input) => difference(input),
  }),
];

type ModelClass = typeof OpenAIChatCompletionsModel | typeof OpenAIResponsesModel;

/** The OpenAI Agents SDK's runner. */
const runnerOf = (name: string, Model: ModelClass): Agent => ({
  name: `the OpenAI Agents SDK on ${name}`,
  run: async (gateway) => {
    const model = new Model(clientOf(gateway), gateway.model);
    const agent = new OpenAiAgent({ name: 'Forecaster', instructions: INSTRUCTIONS, model, tools });
    const runner = new Runner({ tracingDisabled: true });
    const result = gateway.stream
      ? await runner.run(agent, QUESTION, { stream: true })
      : await runner.run(agent, QUESTION);
    if ('completed' in result) await result.completed;
    const { usage } = result.state;
    return {
      text: result.finalOutput ?? '',
      usage: { input: usage.inputTokens, output: usage.outputTokens },
    };
  },
});

const clientOf = ({ url, key }: Gateway): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });

export const openAiAgents: readonly Agent[] = [
  runnerOf('Chat', OpenAIChatCompletionsModel),
  runnerOf('Responses', OpenAIResponsesModel),
];
