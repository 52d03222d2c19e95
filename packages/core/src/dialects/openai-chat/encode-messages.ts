import type { ContentPart, ToolResultPart } from '../../chat/content-part.ts';
import type { Feature } from '../../chat/features.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { Message } from '../../chat/message.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';
import { isForeignFile } from '../is-foreign-file.ts';
import { customInput } from '../openai-custom.ts';
import { withOwnIds } from '../own-ids.ts';
import { restFor } from '../rest-of.ts';
import { CALL_FIELDS, MESSAGE_FIELDS } from './decode-messages.ts';
import { contentOf, DIALECT, encodePart } from './parts.ts';
import { ownDetail, plainDetail } from './reasoning-details.ts';

interface Context {
  readonly target: Target;
  readonly lose: (loss: Loss) => void;
}

interface Placed {
  readonly part: ContentPart;
  readonly path: string;
}

/**
 * One or more messages for each. Media of tool results can't stand in a tool message: they follow in
 * a user message once the whole run of results is over, since nothing may come between those.
 */
export function encodeMessages(
  messages: readonly Message[],
  context: Context,
): readonly JsonObject[] {
  const encoded: JsonObject[] = [];
  let attached: JsonObject[] = [];
  const endRun = (): void => {
    if (attached.length > 0) encoded.push({ role: 'user', content: attached });
    attached = [];
  };
  for (const [index, message] of withOwnIds(messages).entries()) {
    const path = `messages[${index}]`;
    if (message.cache !== undefined)
      context.lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
    const others: Placed[] = [];
    for (const [at, part] of message.content.entries()) {
      const placed = { part, path: `${path}.content[${at}]` };
      if (part.type === 'tool-result') {
        const result = encodeResult(part, placed.path, context);
        encoded.push({ ...restFor(DIALECT, message.rest, MESSAGE_FIELDS), ...result.message });
        attached.push(...result.attached);
      } else {
        others.push(placed);
      }
    }
    if (others.length === 0 && message.content.length > 0) continue;
    endRun();
    const said =
      message.role === 'assistant'
        ? encodeAssistant(message, others, context)
        : encodePlain(message, others, context);
    if (said !== undefined) encoded.push(said);
  }
  endRun();
  return encoded;
}

/** What a model once showed or looked up itself: its own words about it still stand beside. */
const UNSAID: { readonly [type in ContentPart['type']]?: Feature } = {
  media: 'generatedMedia',
  'server-tool': 'serverToolTurn',
  opaque: 'foreignPart',
};

const named = (message: Message): JsonObject => ({
  ...restFor(DIALECT, message.rest, MESSAGE_FIELDS),
  ...(message.name === undefined ? {} : { name: message.name }),
});

function encodePlain(message: Message, parts: readonly Placed[], context: Context): JsonObject {
  const { ability, quirks } = context.target;
  const content = parts.flatMap(({ part, path }) => {
    const encoded = encodePart(part, { ability, quirks, path, lose: context.lose });
    return encoded === undefined ? [] : [encoded];
  });
  const role =
    message.role === 'developer' && quirks.noDeveloperRole === true
      ? 'system'
      : message.role === 'tool'
        ? 'user'
        : message.role;
  return { ...named(message), role, content: contentOf(content) };
}

function encodeResult(
  part: ToolResultPart,
  path: string,
  context: Context,
): { readonly message: JsonObject; readonly attached: readonly JsonObject[] } {
  const { lose, target } = context;
  if (part.isError === true)
    lose(lost('toolResultError', `${path}.isError`, 'a tool result carries no error mark here'));
  if (part.cache !== undefined) lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
  const texts: JsonObject[] = [];
  const media: JsonObject[] = [];
  for (const [index, inner] of part.content.entries()) {
    const innerPath = `${path}.content[${index}]`;
    const encoded = encodePart(inner, { ...target, path: innerPath, lose });
    if (encoded === undefined) continue;
    if (encoded['type'] === 'text') {
      texts.push(encoded);
      continue;
    }
    const why = 'a tool result holds text only; it follows in a user message';
    lose(changed('toolResultMedia', innerPath, 'moved', why));
    media.push(encoded);
  }
  if (media.length > 0) {
    const label = `Attached to the result of tool call ${part.callId}:`;
    media.unshift({ type: 'text', text: label });
    if (texts.length === 0) texts.push({ type: 'text', text: 'See the attachment that follows.' });
  }
  const message = { role: 'tool', tool_call_id: part.callId, content: contentOf(texts) };
  return { message, attached: media };
}

/** The fields of an assistant's message, as its parts fill them. */
interface Said {
  readonly texts: string[];
  readonly refusals: string[];
  readonly thoughts: string[];
  readonly details: JsonObject[];
  readonly calls: JsonObject[];
  readonly audio: JsonObject[];
}

/** Undefined where nothing is left to be said of it: look-alikes refuse a turn without a word. */
function encodeAssistant(
  message: Message,
  parts: readonly Placed[],
  context: Context,
): JsonObject | undefined {
  const said: Said = { texts: [], refusals: [], thoughts: [], details: [], calls: [], audio: [] };
  const field = context.target.quirks.reasoningField;
  const hasDetails = parts.some(
    ({ part }) => part.type === 'reasoning' && ownDetail(part, context.target) !== undefined,
  );
  for (const { part, path } of parts) {
    if (part.cache !== undefined)
      context.lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
    const detail = part.type === 'reasoning' ? ownDetail(part, context.target) : undefined;
    if (detail === undefined && part.state !== undefined && part.state.length > 0) {
      context.lose(lost('providerState', `${path}.state`, 'provider state has no place here'));
    }
    tellUnsaid({ part, path }, said, context);
    if (detail !== undefined) said.details.push(detail);
    else if (part.type === 'reasoning' && hasDetails) said.details.push(plainDetail(part));
    else if (part.type === 'reasoning' && field === undefined) {
      context.lose(lost('earlierReasoning', path, 'earlier reasoning is not taken back'));
    } else if (!say(said, part)) {
      context.lose(
        lost(
          UNSAID[part.type] ?? 'misplacedPart',
          path,
          `an assistant message holds no ${part.type} here`,
        ),
      );
    }
  }
  const [audio] = said.audio;
  const thoughts = said.thoughts.join('');
  const saysElse = said.calls.length > 0 || said.refusals.length > 0 || audio !== undefined;
  const isThought = thoughts !== '' || said.details.length > 0;
  if (parts.length > 0 && said.texts.length === 0 && !saysElse && !isThought) return undefined;
  return {
    ...named(message),
    role: 'assistant',
    content: said.texts.length === 0 && saysElse ? null : said.texts.join(''),
    ...(field === undefined || thoughts === '' ? {} : { [field]: thoughts }),
    ...(said.details.length === 0 ? {} : { reasoning_details: said.details }),
    ...(said.refusals.length === 0 ? {} : { refusal: said.refusals.join('') }),
    ...(audio === undefined ? {} : { audio }),
    ...(said.calls.length === 0 ? {} : { tool_calls: said.calls }),
  };
}

/** What of a part has no place beside what is said of it. */
function tellUnsaid({ part, path }: Placed, said: Said, { lose }: Context): void {
  if (part.type === 'text' && part.annotations !== undefined && part.annotations.length > 0) {
    lose(lost('annotations', `${path}.annotations`, 'a history holds no citations here'));
  }
  const isLate = said.calls.length > 0 && (part.type === 'text' || part.type === 'refusal');
  if (isLate) lose(changed('callPlace', path, 'moved', 'calls stand last here'));
  if (hasTranscript(part)) {
    lose(changed('generatedMedia', path, 'emulated', 'what was said goes back as text'));
  }
}

const hasTranscript = (part: ContentPart): boolean =>
  part.type === 'media' &&
  part.source.type !== 'provider-file' &&
  part.transcript !== undefined &&
  part.transcript !== '';

/** False when there is no field for this part. */
function say(said: Said, part: ContentPart): boolean {
  switch (part.type) {
    case 'text':
      said.texts.push(part.text);
      return true;
    case 'refusal':
      said.refusals.push(part.text);
      return true;
    case 'reasoning':
      said.thoughts.push(part.text ?? '');
      return true;
    case 'tool-call': {
      // Many look-alikes parse it unseen: a call without arguments must still be JSON.
      const text = part.argumentsJson === '' ? '{}' : part.argumentsJson;
      const { id, name } = part;
      said.calls.push({
        ...restFor(DIALECT, part.rest, CALL_FIELDS),
        ...(part.isCustom === true
          ? { id, type: 'custom', custom: { name, input: customInput(text) } }
          : { id, type: 'function', function: { name, arguments: text } }),
      });
      return true;
    }
    case 'media':
      if (hasTranscript(part)) {
        said.texts.push(part.transcript ?? '');
        return true;
      }
      if (part.kind !== 'audio' || part.source.type !== 'provider-file') return false;
      if (isForeignFile(part.source, [DIALECT])) return false;
      said.audio.push({ id: part.source.id });
      return true;
    default:
      return false;
  }
}
