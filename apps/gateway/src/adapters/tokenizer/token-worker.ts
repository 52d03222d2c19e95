import { parentPort } from 'node:worker_threads';
import { type CountTokens, countBounded } from './count-tokens.ts';
import type { Encoding } from './encoding-of.ts';

export interface CountOrder {
  readonly id: number;
  readonly text: string;
  readonly encoding: Encoding;
}

export interface CountDone {
  readonly id: number;
  readonly tokens: number;
}

// Texts of special tokens are text: they came from a client or a model.
const AS_TEXT = { disallowedSpecial: new Set<string>() };

async function load(encoding: Encoding): Promise<CountTokens> {
  const module =
    encoding === 'o200k_base'
      ? await import('gpt-tokenizer/encoding/o200k_base')
      : await import('gpt-tokenizer/encoding/cl100k_base');
  return (text) => module.countTokens(text, AS_TEXT);
}

const loaded = new Map<Encoding, Promise<CountTokens>>();

parentPort?.on('message', async ({ id, text, encoding }: CountOrder) => {
  const counter = loaded.get(encoding) ?? load(encoding);
  loaded.set(encoding, counter);
  const done: CountDone = { id, tokens: countBounded(text, await counter) };
  parentPort?.postMessage(done);
});
