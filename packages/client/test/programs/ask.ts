import { createTollgateClient } from '../../src/index.ts';

/** A program of its own: streams an answer, one line of JSON an event, until `LEAVE_AFTER` of them. */
const { TOLLGATE_URL = '', TOLLGATE_KEY = '', LEAVE_AFTER = '1000' } = process.env;

const tollgate = createTollgateClient({ url: TOLLGATE_URL, apiKey: TOLLGATE_KEY });
const events = await tollgate.chat.stream.mutate({
  model: 'openai/gpt-4o',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
});
let seen = 0;
for await (const event of events) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
  seen += 1;
  if (seen === Number(LEAVE_AFTER)) break;
}
process.stdout.write('"left"\n');
