import type { ContentPart, MediaPart } from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';
import { FOREIGN_FILE, isForeignFile } from '../is-foreign-file.ts';
import { isSameOrigin } from '../is-same-origin.ts';
import { isInvented } from './call-ids.ts';
import { decodeArguments } from './decode-arguments.ts';
import { mediaTypeOf } from './media-kind.ts';
import { DIALECT, fieldsOf } from './rest.ts';

interface PartContext {
  readonly target: Target;
  readonly losses: Loss[];
}

/** One part of a request, or none where the dialect has no place for it; the losses say why. */
export function encodePart(
  part: ContentPart,
  path: string,
  context: PartContext,
): readonly JsonObject[] {
  const { losses } = context;
  if (part.cache !== undefined) {
    losses.push(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
  }
  const rest = fieldsOf(part.rest);
  switch (part.type) {
    case 'text':
      tellAnnotations(part, path, losses);
      if (part.text === '') return [];
      return [{ ...rest, text: part.text, ...signatureOf(part, path, context) }];
    case 'refusal':
      if (part.text === '') return [];
      losses.push(changed('refusal', path, 'emulated', 'a refusal is sent as text'));
      return [{ text: part.text }];
    case 'reasoning':
      return encodeReasoning(part, path, context);
    case 'tool-call':
      return [
        {
          ...rest,
          functionCall: {
            ...(isInvented(part.id) ? {} : { id: part.id }),
            name: part.name,
            args: decodeArguments(part.argumentsJson, path, losses),
          },
          ...signatureOf(part, path, context),
        },
      ];
    case 'media':
      return encodeMedia(part, path, context).map((media) => ({
        ...rest,
        ...media,
        ...signatureOf(part, path, context),
      }));
    case 'server-tool':
    case 'opaque':
      if (part.dialect === DIALECT && isJsonObject(part.raw)) return [part.raw];
      losses.push(
        part.type === 'server-tool'
          ? lost(
              'serverToolTurn',
              path,
              'a tool that another provider ran can not be given to this one',
            )
          : lost('foreignPart', path, 'content that only another dialect knows'),
      );
      return [];
    case 'tool-result':
      return [];
  }
}

function tellAnnotations(
  { annotations }: Extract<ContentPart, { readonly type: 'text' }>,
  path: string,
  losses: Loss[],
): void {
  if (annotations === undefined || annotations.length === 0) return;
  losses.push(
    lost('annotations', `${path}.annotations`, 'sources have no place in a history here'),
  );
}

/** The signature goes back only to who made it. */
function signatureOf(
  { state = [] }: ContentPart,
  path: string,
  { target, losses }: PartContext,
): JsonObject {
  const own = state.find(
    ({ kind, origin }) =>
      kind === 'thought-signature' && isSameOrigin(origin, target.origin, DIALECT),
  );
  if (state.some((one) => one !== own)) {
    losses.push(
      lost('providerState', `${path}.state`, 'state of another provider can not go to this one'),
    );
  }
  return own === undefined ? {} : { thoughtSignature: own.data };
}

/** Thoughts go back only with the proof of who thought them. */
function encodeReasoning(
  part: Extract<ContentPart, { readonly type: 'reasoning' }>,
  path: string,
  { target, losses }: PartContext,
): readonly JsonObject[] {
  const quiet: Loss[] = [];
  const signed = signatureOf(part, path, { target, losses: quiet });
  if (signed['thoughtSignature'] === undefined) {
    const why = 'reasoning that this provider did not sign does not go back to it';
    losses.push(lost('earlierReasoning', path, why));
    return [];
  }
  losses.push(...quiet);
  const thought = part.text === undefined ? {} : { thought: true };
  return [{ ...fieldsOf(part.rest), text: part.text ?? '', ...thought, ...signed }];
}

const ABILITIES = { image: 'images', audio: 'audio', file: 'files' } as const;

function encodeMedia(
  part: MediaPart,
  path: string,
  { target, losses }: PartContext,
): readonly JsonObject[] {
  const { kind, source } = part;
  if (kind !== 'video' && target.ability[ABILITIES[kind]] === false) {
    losses.push(lost(kind, path, `this model takes no ${kind}`));
    return [];
  }
  if (isForeignFile(source, [DIALECT])) {
    losses.push(lost(kind, path, FOREIGN_FILE));
    return [];
  }
  if (part.detail !== undefined && part.detail !== 'auto') {
    losses.push(
      lost('mediaDetail', `${path}.detail`, 'the resolution is chosen for all media here'),
    );
  }
  if (part.name !== undefined) {
    losses.push(lost('mediaName', `${path}.name`, 'media have no names here'));
  }
  if (part.transcript !== undefined) {
    losses.push(lost('transcript', `${path}.transcript`, 'media have no words beside them here'));
  }
  const type = mediaTypeOf(part);
  const typed = type === undefined ? {} : { mimeType: type };
  switch (source.type) {
    case 'base64':
      return [{ inlineData: { ...typed, data: source.data } }];
    case 'url':
      return [{ fileData: { ...typed, fileUri: source.url } }];
    case 'provider-file':
      return [{ fileData: { ...typed, fileUri: source.id } }];
    case 'text':
      return [{ text: source.text }];
  }
}
