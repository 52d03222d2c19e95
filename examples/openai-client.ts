// OpenAI's official client, unchanged but for its base URL: a whole answer, a stream, a tool call.
import OpenAI from 'openai';

const { TOLLGATE_URL = 'http://127.0.0.1:8080', TOLLGATE_KEY = '' } = process.env;
const openai = new OpenAI({ baseURL: `${TOLLGATE_URL}/v1`, apiKey: TOLLGATE_KEY });

const whole = await openai.chat.completions.create({
  model: 'sim/echo',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log('whole:', whole.choices[0]?.message.content);

const stream = await openai.chat.completions.create({
  model: 'sim/echo',
  messages: [{ role: 'user', content: 'Hello, piece by piece' }],
  stream: true,
});
let streamed = '';
for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? '';
console.log('streamed:', streamed);

const calling = await openai.chat.completions.create({
  model: 'sim/tools',
  messages: [{ role: 'user', content: 'How warm is it in Oslo?' }],
  tools: [
    {
      type: 'function',
      function: {
        name: 'weather',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
        },
      },
    },
  ],
});
const call = calling.choices[0]?.message.tool_calls?.[0];
if (call?.type === 'function') console.log('tool:', call.function.name, call.function.arguments);
