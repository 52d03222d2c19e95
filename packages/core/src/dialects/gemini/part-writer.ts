import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ProviderState } from '../../chat/provider-state.ts';
import type { PartDelta, PartStart } from '../../chat/stream-event.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { isInvented } from './call-ids.ts';
import { decodeArguments } from './decode-arguments.ts';
import type { CitedText } from './grounding.ts';
import { mediaTypeOf } from './media-kind.ts';
import { DIALECT, fieldsOf } from './rest.ts';

/** Writes one part of a reply; calls and media come whole, since nothing else is understood here. */
export interface PartWriter {
  write(delta: PartDelta): readonly JsonObject[];
  close(): readonly JsonObject[];
  /** Sources of the part's text. */
  cited(): readonly CitedText[];
}

const isSignature = ({ kind }: ProviderState): boolean => kind === 'thought-signature';

export function createPartWriter(start: PartStart, path: string, losses: Loss[]): PartWriter {
  let text = '';
  let json = '';
  let base64 = '';
  let raw: JsonValue | undefined = 'raw' in start ? start.raw : undefined;
  let signature: string | undefined;
  const cited: CitedText[] = [];
  losses.push(...unsaidStart(start, path));

  const signed = (): JsonObject => (signature === undefined ? {} : { thoughtSignature: signature });

  const say = (said: string): readonly JsonObject[] => {
    if (said === '') return [];
    text += said;
    if (start.type === 'reasoning') return [{ text: said, thought: true }];
    if (start.type === 'text') return [{ ...fieldsOf(start.rest), text: said }];
    return start.type === 'refusal' ? [{ text: said }] : [];
  };

  const keep = (state: ProviderState): readonly JsonObject[] => {
    if (signature !== undefined || !isSignature(state) || start.type === 'refusal') {
      losses.push(lost('providerState', `${path}.state`, "the provider's state has no place here"));
    } else signature = state.data;
    return [];
  };

  const write = (delta: PartDelta): readonly JsonObject[] => {
    switch (delta.type) {
      case 'text':
        return say(delta.text);
      case 'arguments':
        json += delta.json;
        return [];
      case 'data':
        base64 += delta.base64;
        return [];
      case 'raw':
        raw = delta.raw;
        return [];
      case 'state':
        return keep(delta.state);
      case 'annotation': {
        const { annotation } = delta;
        if (annotation.url === undefined && annotation.raw?.dialect !== DIALECT) {
          losses.push(lost('annotations', `${path}.annotations`, 'a source without an address'));
        } else cited.push({ text, part: 0, annotation });
        return [];
      }
      case 'transcript':
        losses.push(lost('transcript', `${path}.transcript`, 'what was said has no place here'));
        return [];
      case 'logprobs':
        return [];
    }
  };

  const call = (started: Extract<PartStart, { type: 'tool-call' }>): JsonObject => ({
    functionCall: {
      ...(isInvented(started.id) ? {} : { id: started.id }),
      name: started.name,
      args: decodeArguments(json, path, losses),
    },
    ...signed(),
  });

  const close = (): readonly JsonObject[] => {
    switch (start.type) {
      case 'text':
        return signature === undefined ? [] : [{ text: '', ...signed() }];
      case 'reasoning':
        // Without words no mark of a thought either: hidden thoughts are signed so here.
        if (signature === undefined) return [];
        return [{ text: '', ...(text === '' ? {} : { thought: true }), ...signed() }];
      case 'refusal':
        return [];
      case 'tool-call':
        return [call(start)];
      case 'media':
        return mediaPart(start, base64).map((part) => ({ ...part, ...signed() }));
      case 'server-tool':
      case 'opaque':
        return start.dialect === DIALECT && isJsonObject(raw) ? [raw] : [];
    }
  };

  return { write, close, cited: () => cited.map((one) => ({ ...one, text })) };
}

function mediaPart(
  start: Extract<PartStart, { readonly type: 'media' }>,
  base64: string,
): readonly JsonObject[] {
  const { kind, mediaType, url, fileId } = start;
  const uri = url ?? fileId;
  const source =
    uri === undefined
      ? { type: 'base64' as const, data: base64 }
      : { type: 'url' as const, url: uri };
  const type = mediaTypeOf({
    type: 'media',
    kind,
    source,
    ...(mediaType === undefined ? {} : { mediaType }),
  });
  const typed = type === undefined ? {} : { mimeType: type };
  if (uri !== undefined) return [{ fileData: { ...typed, fileUri: uri } }];
  return base64 === '' ? [] : [{ inlineData: { ...typed, data: base64 } }];
}

/** What is known to be unsayable as soon as a part begins. */
function unsaidStart(start: PartStart, path: string): readonly Loss[] {
  switch (start.type) {
    case 'refusal':
      return [changed('refusal', path, 'emulated', 'a refusal is sent as text')];
    case 'server-tool':
      return start.dialect === DIALECT
        ? []
        : [lost('serverToolTurn', path, 'a tool that another provider ran has no place here')];
    case 'opaque':
      return start.dialect === DIALECT
        ? []
        : [lost('foreignTurn', path, 'content that only another dialect knows')];
    default:
      return [];
  }
}
