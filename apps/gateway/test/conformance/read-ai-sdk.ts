import type {
  LanguageModelV4,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { parsedInput, type Reading, toolCall } from './reading.ts';

const PROMPT = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] as const;

/** What a package of the AI SDK makes of a reply, however it comes by it. */
export async function readWithAiSdk(model: LanguageModelV4, stream: boolean): Promise<Reading> {
  const options = { prompt: [...PROMPT].map((one) => ({ ...one, content: [...one.content] })) };
  if (stream) return await readParts((await model.doStream(options)).stream);
  const { content, ...ending } = await model.doGenerate(options);
  return readingOf(content, ending);
}

interface Ending {
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
}

function readingOf(content: readonly LanguageModelV4Content[], ending: Ending): Reading {
  const { unified } = ending.finishReason;
  return {
    text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    reasoning: content.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
    toolCalls: content.flatMap((part) =>
      part.type === 'tool-call' && part.providerExecuted !== true
        ? [toolCall(part.toolName, parsedInput(part.input))]
        : [],
    ),
    finish: unified === 'interrupted' ? 'error' : unified,
    usage: {
      input: ending.usage.inputTokens.total,
      cacheRead: ending.usage.inputTokens.cacheRead,
      cacheWrite: ending.usage.inputTokens.cacheWrite,
      output: ending.usage.outputTokens.total,
      reasoning: ending.usage.outputTokens.reasoning,
    },
  };
}

async function readParts(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<Reading> {
  const content: LanguageModelV4Content[] = [];
  let ending: Ending | undefined;
  for await (const part of stream) {
    switch (part.type) {
      case 'text-delta':
        content.push({ type: 'text', text: part.delta });
        break;
      case 'reasoning-delta':
        content.push({ type: 'reasoning', text: part.delta });
        break;
      case 'tool-call':
        content.push(part);
        break;
      case 'finish':
        ending = part;
        break;
      case 'error':
        throw part.error;
      default:
    }
  }
  if (ending === undefined || ending.finishReason.unified === 'interrupted') {
    throw new Error('the stream ended without a finish');
  }
  return readingOf(content, ending);
}
