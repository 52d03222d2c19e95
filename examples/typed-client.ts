// The typed client: a stream of typed events, and a failure whose cause is a type.
import { createTollgateClient, isTollgateError } from '@tollgate/client';

const { TOLLGATE_URL = 'http://127.0.0.1:8080', TOLLGATE_KEY = '' } = process.env;
const tollgate = createTollgateClient({ url: TOLLGATE_URL, apiKey: TOLLGATE_KEY });
const messages = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] as const;

// Aborting the signal, or leaving the loop, ends the call at the provider too.
const events = await tollgate.chat.stream.mutate(
  { model: 'sim/reason', messages },
  { signal: AbortSignal.timeout(30_000) },
);
for await (const event of events) {
  if (event.type === 'part-start') process.stdout.write(`${event.start.type}: `);
  if (event.type === 'part-delta' && event.delta.type === 'text') {
    process.stdout.write(event.delta.text);
  }
  if (event.type === 'part-end') process.stdout.write('\n');
  if (event.type === 'error') console.log('failed midway:', event.error.kind);
}

try {
  await tollgate.chat.complete.mutate({ model: 'sim/error-429', messages });
} catch (error) {
  if (!isTollgateError(error)) throw error;
  console.log('refused:', error.data.cause.kind, 'again in', error.data.retryAfterSeconds, 's');
}
