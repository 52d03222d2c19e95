import { type GenerateContentResponse, GoogleGenAI, type Part } from '@google/genai';
import { type Finish, type Reading, toolCall } from '../reading.ts';
import type { FaceReader } from './face-reader.ts';

/** The official client on `generateContent` and `streamGenerateContent`. */
export const gemini: FaceReader = async ({ url, apiKey, model, stream }) => {
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
  const request = { model, contents: 'Hello' };
  if (!stream) return readingOf([await client.models.generateContent(request)]);
  return readingOf(await chunksOf(await client.models.generateContentStream(request)));
};

async function chunksOf(
  stream: AsyncIterable<GenerateContentResponse>,
): Promise<GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

function readingOf(chunks: readonly GenerateContentResponse[]): Reading {
  const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const toolCalls = parts.flatMap(({ functionCall: call }) =>
    call === undefined ? [] : [toolCall(call.name ?? '', call.args ?? {})],
  );
  const usage = chunks.findLast(({ usageMetadata }) => usageMetadata !== undefined)?.usageMetadata;
  const reason = chunks.map(({ candidates }) => candidates?.[0]?.finishReason).findLast(Boolean);
  const blocked = chunks.some(({ promptFeedback }) => promptFeedback?.blockReason !== undefined);
  return {
    text: parts.map((part) => (part.thought === true ? '' : textOf(part))).join(''),
    reasoning: parts.map((part) => (part.thought === true ? textOf(part) : '')).join(''),
    toolCalls,
    finish: blocked ? 'content-filter' : finishOf(reason, toolCalls.length > 0),
    usage: {
      input: (usage?.promptTokenCount ?? 0) + (usage?.toolUsePromptTokenCount ?? 0),
      cacheRead: usage?.cachedContentTokenCount,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
      reasoning: usage?.thoughtsTokenCount,
    },
  };
}

const textOf = ({ text }: Part): string => text ?? '';

const FILTERED: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
]);

function finishOf(reason: string | undefined, hasCalls: boolean): Finish {
  if (reason === 'STOP') return hasCalls ? 'tool-calls' : 'stop';
  if (reason === 'MAX_TOKENS' || reason === 'CONTINUATION') return 'length';
  return reason !== undefined && FILTERED.has(reason) ? 'content-filter' : 'other';
}
