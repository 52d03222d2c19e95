import {
  createHarness,
  type Harness,
  type HarnessOptions,
  parseSse,
  parseSseJson,
  type Settings,
  type TestAgent,
} from '@tollgate/testkit';
import { createApp } from '../../src/create-app.ts';

export const NATIVE_CHAT = '/native/v1/chat/completions';
export const ZION_TIERS = 'GET /api/v1/tiers/config';

/** The predecessor's own environment, without any file, unless told otherwise. */
export async function createNativeHarness(options: HarnessOptions = {}): Promise<Harness> {
  return await createHarness(createApp, { governance: 'zion', ...options });
}

type Fields = { readonly [field: string]: unknown };

export const asking = (text: string, fields: Fields = {}): Fields => ({
  messages: [{ role: 'user', content: text }],
  ...fields,
});

export const postNative = (
  harness: Harness,
  body: Fields,
  token?: string,
): ReturnType<TestAgent['post']> => harness.withToken(token).post(NATIVE_CHAT).send(body);

export const WEATHER_TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Get the weather of a place',
    parameters: {
      type: 'object',
      properties: { location: { type: 'string' } },
      required: ['location'],
    },
  },
};

/** A call as an earlier reply of the native face gave it, with its arguments as an object. */
export const weatherCall = (id: string, location: string): Fields => ({
  id,
  type: 'function',
  function: { name: 'get_weather', arguments: { location } },
});

export interface Generation {
  readonly generation: string;
  readonly settings: Settings;
  /** What a request of this generation says about its model. */
  readonly choice: Fields;
}

/** The contract's two generations, each under the configuration that it needs. */
export const BY_TIER: Generation = {
  generation: 'a tier, simple by default',
  settings: {},
  choice: {},
};
export const BY_MODEL: Generation = {
  generation: 'a model, which is required',
  settings: { config: { providers: {} } },
  choice: { model: 'gpt-4' },
};

/** A stream's chunks; throws unless `[DONE]` is its last event and its only one. */
export function chunksOf(text: string): readonly Fields[] {
  const events = parseSse(text).map(({ data }) => data);
  if (events.indexOf('[DONE]') !== events.length - 1 || events.length === 0) {
    throw new Error(`[DONE] is not the one last event of ${text}`);
  }
  return parseSseJson(text).map((chunk) => ({ ...Object(chunk) }));
}

/** What all deltas of a stream's first choice said, one after the other. */
export const saidIn = (text: string): string =>
  chunksOf(text)
    .flatMap(({ choices }) => (Array.isArray(choices) ? choices : []))
    .map((choice) => String(Object(Object(choice).delta).content ?? ''))
    .join('');
