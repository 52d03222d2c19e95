import type { Cohere } from 'cohere-ai';
import type { SnakeWire } from './wire.ts';

export type Body = SnakeWire<Cohere.V2ChatRequest> & { readonly stream?: boolean };
