import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RECORDED = join(import.meta.dirname, '..', 'recordings');
const SYNTHETIC = join(import.meta.dirname, '..', 'synthetic');
const STREAM_SUFFIX = '.chunks.txt';
const BODY_SUFFIX = '.json';

/** `other`: recorded, but no reply of a text model (images, skills, reranking, speech). */
export type RecordingFamily =
  | 'openai-chat'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'anthropic-messages'
  | 'gemini'
  | 'gemini-interactions'
  | 'bedrock-converse'
  | 'cohere-chat'
  | 'other';

/** What a provider really sent, untouched. At least one of `body` and `payloads` is there. */
export interface Recording {
  /** The folder under `recordings/`. */
  readonly provider: string;
  /** The path in that folder without the ending: `chat/deepseek-text`, `anthropic-mcp.1`. */
  readonly name: string;
  readonly family: RecordingFamily;
  /** The whole, non-streaming reply, parsed. */
  readonly body?: unknown;
  /** The streamed reply: the JSON text of each event, in order. */
  readonly payloads?: readonly string[];
}

/** Where a path begins with one of these, the first that fits decides. */
const FAMILY_BY_PREFIX: ReadonlyArray<readonly [prefix: string, family: RecordingFamily]> = [
  ['alibaba/', 'openai-chat'],
  ['amazon-bedrock/reranking/', 'other'],
  ['amazon-bedrock/', 'bedrock-converse'],
  ['anthropic/skills/', 'other'],
  ['anthropic/', 'anthropic-messages'],
  ['azure/azure-deepseek', 'openai-chat'],
  ['azure/', 'openai-responses'],
  ['cohere/reranking/', 'other'],
  ['cohere/cohere-embedding', 'other'],
  ['cohere/', 'cohere-chat'],
  ['deepseek/', 'openai-chat'],
  ['google/interactions/', 'gemini-interactions'],
  ['google/', 'gemini'],
  ['groq/', 'openai-chat'],
  ['mistral/mistral-transcription', 'other'],
  ['mistral/', 'openai-chat'],
  ['moonshotai/', 'openai-chat'],
  ['ollama/', 'openai-chat'],
  ['open-responses/', 'openai-responses'],
  ['openai-compatible/', 'openai-chat'],
  ['openai/embedding/', 'openai-embeddings'],
  ['openai/responses/', 'openai-responses'],
  ['openai/chat/', 'openai-chat'],
  ['openai/', 'other'],
  ['openrouter/', 'openai-chat'],
  ['perplexity/', 'openai-chat'],
  ['xai/responses/', 'openai-responses'],
  ['xai/', 'openai-chat'],
];

function familyOf(path: string): RecordingFamily {
  return FAMILY_BY_PREFIX.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'other';
}

function nameOf(file: string): string | undefined {
  if (file.endsWith(STREAM_SUFFIX)) return file.slice(0, -STREAM_SUFFIX.length);
  if (file.endsWith(BODY_SUFFIX)) return file.slice(0, -BODY_SUFFIX.length);
  return undefined;
}

function providersIn(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function filesOf(root: string, provider: string): string[] {
  return readdirSync(join(root, provider), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

interface Folder {
  readonly root: string;
  readonly provider: string;
  readonly files: readonly string[];
}

function load({ root, provider, files }: Folder, name: string): Recording {
  const read = (file: string): string => readFileSync(join(root, provider, file), 'utf8');
  const body = files.find((file) => file === name + BODY_SUFFIX);
  const stream = files.find((file) => file === name + STREAM_SUFFIX);
  return {
    provider,
    name,
    family: familyOf(`${provider}/${name}`),
    ...(body === undefined ? {} : { body: JSON.parse(read(body)) }),
    ...(stream === undefined
      ? {}
      : {
          payloads: read(stream)
            .split('\n')
            .filter((line) => line.trim() !== ''),
        }),
  };
}

/** Every recording, or one provider's, ordered by provider and name. */
export const listRecordings = (provider?: string): Recording[] => listIn(RECORDED, provider);

/**
 * Replies that nobody recorded, in the form of recordings and named `synthetic-…`: what providers are
 * known, or documented, to send and the recordings don't show; failures among them.
 */
export const listSyntheticReplies = (): Recording[] => listIn(SYNTHETIC);

function listIn(root: string, only?: string): Recording[] {
  return (only === undefined ? providersIn(root) : [only]).flatMap((provider) => {
    const files = filesOf(root, provider);
    const names = new Set(files.map(nameOf).filter((name) => name !== undefined));
    return [...names].sort().map((name) => load({ root, provider, files }, name));
  });
}

/**
 * One recording, by its whole name or, where it is the only one of that name, by its last part
 * (`deepseek-text` for `chat/deepseek-text`).
 *
 * Throws when there is none: a test named something that was never recorded.
 */
export function readRecording(provider: string, name: string): Recording {
  const files = filesOf(RECORDED, provider);
  const names = [...new Set(files.map(nameOf).filter((found) => found !== undefined))];
  const fitting = names.includes(name) ? [name] : names.filter((one) => one.endsWith(`/${name}`));
  const [only] = fitting;
  if (only === undefined || fitting.length > 1) {
    throw new Error(
      `${fitting.length === 0 ? 'no' : 'more than one'} recording ${provider}/${name}; there are: ${names.join(', ')}`,
    );
  }
  return load({ root: RECORDED, provider, files }, only);
}

function eventName(payload: string): string {
  const parsed: unknown = JSON.parse(payload);
  return typeof parsed === 'object' && parsed !== null && 'type' in parsed
    ? String(parsed.type)
    : 'message';
}

/**
 * The recorded stream as the provider framed it: named events for Anthropic and Responses, a closing
 * `[DONE]` for Chat Completions, bare `data:` lines for the rest.
 *
 * Throws for a recording without a stream, and for Bedrock, whose framing is binary.
 */
export function frameRecording(recording: Recording): string {
  const { family, payloads } = recording;
  const title = `${recording.provider}/${recording.name}`;
  if (payloads === undefined) throw new Error(`${title} was recorded whole, not as a stream`);
  switch (family) {
    case 'anthropic-messages':
    case 'openai-responses':
      return payloads.map((line) => `event: ${eventName(line)}\ndata: ${line}\n\n`).join('');
    case 'openai-chat':
      return `${payloads.map((line) => `data: ${line}\n\n`).join('')}data: [DONE]\n\n`;
    case 'bedrock-converse':
      throw new Error(`${title}: Bedrock streams binary frames, not server-sent events`);
    default:
      return payloads.map((line) => `data: ${line}\n\n`).join('');
  }
}
