import {
  type EmbeddingItem,
  type EmbeddingReply,
  type EmbeddingRequest,
  NO_OUTPUT,
} from '../embeddings/embedding.ts';
import { simulatedTokens } from './simulated-tokens.ts';

const DIMENSIONS = 256;
const MOST_DIMENSIONS = 4096;
/** Of one input; more add nothing but time. */
const MOST_WORDS = 512;

/** Vectors by hashed words: the same for the same text, closer for texts that share words. */
export function simulateEmbeddings(request: EmbeddingRequest, model: string): EmbeddingReply {
  const size = Math.min(Math.max(1, Math.trunc(request.dimensions ?? DIMENSIONS)), MOST_DIMENSIONS);
  let tokens = 0;
  const vectors = request.input.map((item) => {
    tokens += typeof item === 'string' ? simulatedTokens(item) : item.length;
    return vectorOf(wordsOf(item), size);
  });
  const usage = {
    input: { uncached: tokens },
    output: NO_OUTPUT,
    provenance: 'provider',
  } as const;
  return { model, vectors, usage };
}

const WORD = /[\p{L}\p{N}]+/gu;

function wordsOf(item: EmbeddingItem): readonly string[] {
  const words =
    typeof item === 'string' ? (item.toLowerCase().match(WORD) ?? [item]) : item.map(String);
  return words.slice(0, MOST_WORDS);
}

/** Each word is added at a few places that its hash decides on. */
const PLACES = 8;

function vectorOf(words: readonly string[], size: number): readonly number[] {
  const vector: number[] = new Array(size).fill(0);
  for (const word of words) {
    let state = hash(word);
    for (let place = 0; place < PLACES; place += 1) {
      state = scramble(state);
      const index = state % size;
      vector[index] = (vector[index] ?? 0) + ((state >>> 16) % 2 === 0 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** FNV-1a over UTF-16 units. */
function hash(word: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < word.length; at += 1) {
    state = Math.imul(state ^ word.charCodeAt(at), 0x01000193) >>> 0;
  }
  return state;
}

/** One step of a 32-bit mixer, so that neighbouring hashes don't stay neighbours. */
function scramble(state: number): number {
  let next = (state + 0x9e3779b9) >>> 0;
  next = Math.imul(next ^ (next >>> 16), 0x85ebca6b) >>> 0;
  next = Math.imul(next ^ (next >>> 13), 0xc2b2ae35) >>> 0;
  return (next ^ (next >>> 16)) >>> 0;
}
