import Anthropic from '@anthropic-ai/sdk';
import {
  type Agent,
  DIFFERENCE_SCHEMA,
  INSTRUCTIONS,
  QUESTION,
  runTool,
  WEATHER_SCHEMA,
} from './conversation.ts';

/** The loop of Anthropic's documents: thinking on, each message given back as it came. */
export const anthropicLoop: Agent = {
  name: 'Anthropic’s client, thinking',
  run: async ({ url, key, model, stream }) => {
    const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: QUESTION }];
    let usage = { input: 0, output: 0 };
    for (let turn = 0; turn < 5; turn += 1) {
      const asked = {
        model,
        max_tokens: 4_096,
        system: INSTRUCTIONS,
        messages,
        thinking: { type: 'enabled' as const, budget_tokens: 2_048 },
        tools: [
          { name: 'weather', description: 'The weather.', input_schema: WEATHER_SCHEMA },
          { name: 'difference', description: 'How much warmer.', input_schema: DIFFERENCE_SCHEMA },
        ],
      };
      const reply = stream
        ? await client.messages.stream(asked).finalMessage()
        : await client.messages.create(asked);
      usage = {
        input: usage.input + reply.usage.input_tokens,
        output: usage.output + reply.usage.output_tokens,
      };
      if (reply.stop_reason !== 'tool_use') return { text: textOf(reply), usage };
      messages.push({ role: 'assistant', content: reply.content });
      messages.push({ role: 'user', content: resultsOf(reply) });
    }
    throw new Error('it never ends');
  },
};

const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');

const resultsOf = ({ content }: Anthropic.Message): Anthropic.ToolResultBlockParam[] =>
  content.flatMap((block) =>
    block.type === 'tool_use'
      ? [
          {
            type: 'tool_result' as const,
            tool_use_id: block.id,
            content: runTool(block.name, block.input),
          },
        ]
      : [],
  );
