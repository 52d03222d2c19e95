import { ChatOpenAI } from '@langchain/openai';
import { AIMessage, type BaseMessage, createAgent, tool } from 'langchain';
import * as z from 'zod';
import type { Agent, Answer } from './conversation.ts';
import { difference, INSTRUCTIONS, QUESTION, weather } from './conversation.ts';

const tools = [
  tool((input) => weather(input), {
    name: 'weather',
    description: 'The weather in a city.',
    schema: z.object({ city: z.string() }),
  }),
  tool((input) => difference(input), {
    name: 'difference',
    description: 'How much warmer the first is.',
    schema: z.object({ first: z.number(), second: z.number() }),
  }),
];

/** LangChain's agent over OpenAI's model class. */
const agentOf = (name: string, useResponsesApi: boolean): Agent => ({
  name: `LangChain’s agent on ${name}`,
  run: async (gateway) => {
    const model = new ChatOpenAI({
      model: gateway.model,
      apiKey: gateway.key,
      configuration: { baseURL: `${gateway.url}/v1` },
      useResponsesApi,
      maxRetries: 0,
    });
    const agent = createAgent({ model, tools, systemPrompt: INSTRUCTIONS });
    const asked = { messages: [{ role: 'user', content: QUESTION }] };
    if (!gateway.stream) return answerOf((await agent.invoke(asked)).messages);
    let messages: readonly BaseMessage[] = [];
    // Who wants the messages' pieces has them streamed from the model.
    for await (const [mode, told] of await agent.stream(asked, {
      streamMode: ['messages', 'values'],
    })) {
      if (mode === 'values') messages = told.messages;
    }
    return answerOf(messages);
  },
});

function answerOf(messages: readonly BaseMessage[]): Answer {
  const said = messages.filter((message) => AIMessage.isInstance(message));
  const sum = (count: 'input_tokens' | 'output_tokens'): number =>
    said.reduce((total, { usage_metadata: usage }) => total + (usage?.[count] ?? -1_000), 0);
  return {
    text: said.at(-1)?.text ?? '',
    usage: { input: sum('input_tokens'), output: sum('output_tokens') },
  };
}

export const langChainAgents: readonly Agent[] = [
  agentOf('Chat', false),
  agentOf('Responses', true),
];
