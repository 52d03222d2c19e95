import type {
  CacheMark,
  ContentPart,
  MediaPart,
  ReasoningPart,
  TextPart,
} from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ProviderState, StateOrigin } from '../../chat/provider-state.ts';
import { bytesOfBase64 } from '../../framing/base64.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { Ability } from '../../providers/ability.ts';
import { strictText } from '../../utf8.ts';
import type { CallIds } from '../call-ids.ts';
import { FOREIGN_FILE, isForeignFile } from '../is-foreign-file.ts';
import { isSameOrigin } from '../is-same-origin.ts';
import { encodeCitations } from './annotation.ts';
import type { VersionRules } from './api-version.ts';
import { KNOWN } from './known-fields.ts';
import { DIALECT, fieldsOf } from './rest.ts';

/** What encoding parts of a request needs besides the part. `losses` is written to. */
export interface PartContext {
  readonly ability: Ability;
  readonly origin: StateOrigin;
  readonly rules: VersionRules;
  /** Whether the model said it: only then may it cite, by the API's later versions. */
  readonly isOwn?: boolean;
  readonly ids: CallIds;
  /** The MCP servers that are asked: calls of others have no place here. */
  readonly servers: ReadonlySet<string>;
  readonly losses: Loss[];
}

/** One part as a block, or nothing where the dialect has no place for it; the losses say why. */
export function encodePart(
  part: ContentPart,
  path: string,
  context: PartContext,
): JsonObject | undefined {
  const { losses } = context;
  const cache = cacheControl(part.cache);
  if (part.type !== 'reasoning' && part.state !== undefined && part.state.length > 0) {
    losses.push(lost('providerState', `${path}.state`, 'only reasoning is signed here'));
  }
  switch (part.type) {
    case 'text': {
      // A text block without a word in it is refused, and says nothing.
      if (part.text.trim() === '') return undefined;
      const citations = citationsOf(part, path, context);
      return {
        ...fieldsOf(part.rest, KNOWN.text),
        type: 'text',
        text: part.text,
        ...(citations.length === 0 ? {} : { citations }),
        ...cache,
      };
    }
    case 'refusal':
      if (part.text.trim() === '') return undefined;
      losses.push(changed('refusal', path, 'emulated', 'a refusal is sent as text'));
      return { type: 'text', text: part.text, ...cache };
    case 'reasoning':
      return encodeReasoning(part, path, context);
    case 'tool-call':
      return {
        ...fieldsOf(part.rest, KNOWN.call),
        type: 'tool_use',
        id: context.ids.forCall(part.id),
        name: part.name,
        input: encodeInput(part.argumentsJson, path, losses),
        ...cache,
      };
    case 'tool-result':
      return encodeResult(part, path, context);
    case 'media':
      return encodeMedia(part, path, context);
    case 'server-tool':
    case 'opaque':
      if (part.dialect === DIALECT && isJsonObject(part.raw)) return part.raw;
      losses.push(foreign(path, part.type));
      return undefined;
  }
}

function citationsOf(
  { annotations }: TextPart,
  path: string,
  { isOwn, rules, losses }: PartContext,
): readonly JsonValue[] {
  if (isOwn !== true && !rules.foreignCitations && (annotations ?? []).length > 0) {
    const why = 'this version of the API takes citations of the model only';
    losses.push(lost('annotations', `${path}.annotations`, why));
    return [];
  }
  const { citations, losses: uncited } = encodeCitations(annotations, path);
  losses.push(...uncited);
  return citations;
}

const foreign = (path: string, type: 'server-tool' | 'opaque'): Loss =>
  type === 'server-tool'
    ? lost('serverToolTurn', path, 'a tool that another provider ran can not be given to this one')
    : lost('foreignPart', path, 'content that only another dialect knows');

export const cacheControl = (cache: CacheMark | undefined): JsonObject =>
  cache === undefined
    ? {}
    : {
        cache_control: {
          type: 'ephemeral',
          ...(cache.lifetime === undefined ? {} : { ttl: cache.lifetime }),
        },
      };

/** `input` is an object here: text that is none is wrapped, so that the history stays whole. */
export function encodeInput(argumentsJson: string, path: string, losses: Loss[]): JsonObject {
  if (argumentsJson.trim() === '') return {};
  const parsed = parseJson(argumentsJson, { isOfTool: true });
  if (parsed.ok && isJsonObject(parsed.value)) return parsed.value;
  if (parsed.ok && parsed.value === null) return {};
  losses.push(
    changed(
      'toolArguments',
      `${path}.argumentsJson`,
      'emulated',
      'arguments that are no JSON object are wrapped in one',
    ),
  );
  return { arguments: argumentsJson };
}

/** Thoughts go back only with the proof of who thought them: the provider refuses them without. */
function encodeReasoning(
  part: ReasoningPart,
  path: string,
  { origin, losses }: PartContext,
): JsonObject | undefined {
  const state = part.state?.find(
    ({ kind, origin: made }) =>
      (kind === 'signature' || (kind === 'encrypted' && part.text === undefined)) &&
      isSameOrigin(made, origin, DIALECT),
  );
  if (state === undefined) {
    losses.push(
      lost(
        'earlierReasoning',
        path,
        'reasoning that this provider did not sign can not go back to it',
      ),
    );
    return undefined;
  }
  return thinkingBlock(part.text, state);
}

export const thinkingBlock = (text: string | undefined, state: ProviderState): JsonObject =>
  state.kind === 'encrypted'
    ? { type: 'redacted_thinking', data: state.data }
    : { type: 'thinking', thinking: text ?? '', signature: state.data };

function encodeResult(
  part: Extract<ContentPart, { readonly type: 'tool-result' }>,
  path: string,
  context: PartContext,
): JsonObject {
  const content = part.content.flatMap((inner, index) => {
    const block = encodePart(inner, `${path}.content[${index}]`, context);
    return block === undefined ? [] : [block];
  });
  return {
    ...fieldsOf(part.rest, KNOWN.result),
    type: 'tool_result',
    tool_use_id: context.ids.forResult(part.callId),
    ...(content.length === 0 ? {} : { content }),
    ...(part.isError === undefined ? {} : { is_error: part.isError }),
    ...cacheControl(part.cache),
  };
}

function encodeMedia(
  part: MediaPart,
  path: string,
  { ability, losses }: PartContext,
): JsonObject | undefined {
  const lose = (why: string): undefined => {
    losses.push(lost(part.kind, path, why));
    return undefined;
  };
  if (part.kind === 'audio' || part.kind === 'video')
    return lose(`this provider takes no ${part.kind}`);
  if (part.kind === 'image' && ability.images === false) return lose('this model takes no images');
  if (part.kind === 'file' && ability.files === false) return lose('this model takes no files');
  if (isForeignFile(part.source, [DIALECT])) return lose(FOREIGN_FILE);
  const type = part.kind === 'image' ? 'image' : 'document';
  const source = part.kind === 'image' ? imageSource(part) : documentSource(part);
  if (source === undefined) return lose('only PDF and plain text can be sent as a document');
  if (part.source.type === 'base64' && source['type'] === 'text') {
    losses.push(changed('file', path, 'emulated', 'a file of text is sent as plain text'));
  }
  if (part.detail !== undefined && part.detail !== 'auto') {
    losses.push(lost('mediaDetail', `${path}.detail`, 'images are read in one resolution here'));
  }
  return {
    ...fieldsOf(part.rest, KNOWN[type]),
    type,
    source,
    ...(part.kind === 'file' && part.name !== undefined ? { title: part.name } : {}),
    ...cacheControl(part.cache),
  };
}

/** The first bytes of the formats that are taken, in base64, for images that came without a type. */
const MAGIC = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
] as const;

function imageSource({ source, mediaType }: MediaPart): JsonObject | undefined {
  switch (source.type) {
    case 'url':
      return { type: 'url', url: source.url };
    case 'provider-file':
      return { type: 'file', file_id: source.id };
    case 'base64': {
      const type = mediaType ?? MAGIC.find(([magic]) => source.data.startsWith(magic))?.[1];
      return { type: 'base64', media_type: type ?? 'image/png', data: source.data };
    }
    case 'text':
      return undefined;
  }
}

/** A file of text comes as bytes from some clients, and is taken as text only. */
function textDocument(mediaType: string, data: string): JsonObject | undefined {
  const bytes = mediaType.startsWith('text/') ? bytesOfBase64(data) : undefined;
  const text = bytes === undefined ? undefined : strictText(bytes);
  if (text === undefined || text === '') return undefined;
  return { type: 'text', media_type: 'text/plain', data: text };
}

function documentSource({ source, mediaType }: MediaPart): JsonObject | undefined {
  switch (source.type) {
    case 'url':
      return { type: 'url', url: source.url };
    case 'provider-file':
      return { type: 'file', file_id: source.id };
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text };
    case 'base64':
      if (mediaType !== undefined && mediaType !== 'application/pdf') {
        return textDocument(mediaType, source.data);
      }
      return { type: 'base64', media_type: 'application/pdf', data: source.data };
  }
}
