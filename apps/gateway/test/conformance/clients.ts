import {
  aiSdkAnthropic,
  aiSdkChat,
  aiSdkGoogle,
  aiSdkOpenAiChat,
  aiSdkResponses,
} from './faces/ai-sdk.ts';
import { anthropicMessages } from './faces/anthropic-messages.ts';
import type { FaceReader } from './faces/face-reader.ts';
import { gemini } from './faces/gemini.ts';
import { openAiChat } from './faces/openai-chat.ts';
import { openAiResponses } from './faces/openai-responses.ts';
import type { Aspect } from './reading.ts';

export const FACES = ['chat', 'responses', 'anthropic', 'gemini'] as const;
export type FaceName = (typeof FACES)[number];

export interface Client {
  /** As it stands in the list of known differences. */
  readonly name: string;
  readonly face: FaceName;
  readonly read: FaceReader;
  /** What its dialect, or the client itself, has no word for. */
  readonly unsaid: ReadonlySet<Aspect>;
}

/** Everyone who reads our faces: the official clients, and the AI SDK's packages. */
export const CLIENTS: readonly Client[] = [
  { name: 'openai', face: 'chat', read: openAiChat, unsaid: new Set() },
  {
    name: '@ai-sdk/openai-compatible',
    face: 'chat',
    read: aiSdkChat,
    unsaid: new Set(['usage.cacheWrite']),
  },
  {
    name: '@ai-sdk/openai',
    face: 'chat',
    read: aiSdkOpenAiChat,
    unsaid: new Set(['reasoning']),
  },
  { name: 'openai', face: 'responses', read: openAiResponses, unsaid: new Set() },
  { name: '@ai-sdk/openai', face: 'responses', read: aiSdkResponses, unsaid: new Set() },
  { name: '@anthropic-ai/sdk', face: 'anthropic', read: anthropicMessages, unsaid: new Set() },
  { name: '@ai-sdk/anthropic', face: 'anthropic', read: aiSdkAnthropic, unsaid: new Set() },
  { name: '@google/genai', face: 'gemini', read: gemini, unsaid: new Set(['usage.cacheWrite']) },
  {
    name: '@ai-sdk/google',
    face: 'gemini',
    read: aiSdkGoogle,
    unsaid: new Set(['usage.cacheWrite']),
  },
];
