import type { Annotation, ContentPart } from '../../chat/content-part.ts';
import { changed, type Loss, lost } from '../../chat/loss.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { foreignCitations } from '../foreign-citations.ts';
import { encodeCitation } from './citations.ts';
import { DIALECT, fieldsOf } from './known-fields.ts';

/** A history's thoughts and media may be left out; a reply's are what was asked for. */
export interface AssistantContext {
  readonly path: string;
  readonly isReply: boolean;
  readonly losses: Loss[];
}

interface Block {
  readonly wire: JsonObject;
  readonly annotations: readonly Annotation[];
}

/** The fields of an assistant's message that it says something in; empty when it says nothing. */
export function encodeAssistant(
  parts: readonly ContentPart[],
  context: AssistantContext,
): JsonObject {
  const { path, losses } = context;
  const calls: JsonObject[] = [];
  const blocks: Block[] = [];
  for (const [index, part] of parts.entries()) {
    const at = `${path}[${index}]`;
    losses.push(...lostExtras(part, at));
    if (part.type === 'tool-call') {
      calls.push(encodeCall(part));
      continue;
    }
    const wire = encodeBlock(part, at, context);
    if (wire === undefined) continue;
    if (calls.length > 0) losses.push(changed('callPlace', at, 'moved', 'calls stand last here'));
    const cited = part.type === 'text' ? part.annotations : undefined;
    if (!context.isReply) losses.push(...foreignCitations(DIALECT, cited, at));
    blocks.push({ wire, annotations: part.type === 'text' ? (part.annotations ?? []) : [] });
  }
  return render(blocks, calls);
}

/** What is said right before calls is the plan of them. */
function render(blocks: readonly Block[], calls: readonly JsonObject[]): JsonObject {
  const last = blocks.at(-1);
  const plan =
    calls.length > 0 && last !== undefined && isPlain(last.wire) ? last.wire['text'] : undefined;
  const content = plan === undefined ? blocks : blocks.slice(0, -1);
  const citations = blocks.flatMap(({ wire, annotations }, block) => {
    const text = wire['text'];
    const at = block < content.length ? { block } : ('plan' as const);
    return annotations.map((one) => encodeCitation(one, typeof text === 'string' ? text : '', at));
  });
  return {
    ...(content.length === 0 ? {} : { content: content.map(({ wire }) => wire) }),
    ...(plan === undefined ? {} : { tool_plan: plan }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(citations.length === 0 ? {} : { citations }),
  };
}

const isPlain = (block: JsonObject): boolean =>
  block['type'] === 'text' && block['text'] !== '' && Object.keys(block).length === 2;

const encodeCall = (part: Extract<ContentPart, { readonly type: 'tool-call' }>): JsonObject => ({
  ...fieldsOf(part.rest, 'call'),
  id: part.id,
  type: 'function',
  function: {
    name: part.name,
    arguments: part.argumentsJson.trim() === '' ? '{}' : part.argumentsJson,
  },
});

function encodeBlock(
  part: ContentPart,
  path: string,
  { isReply, losses }: AssistantContext,
): JsonObject | undefined {
  losses.push(...unsaidStart(part, path, isReply));
  switch (part.type) {
    case 'text':
      return { ...fieldsOf(part.rest, 'text'), type: 'text', text: part.text };
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'reasoning':
      if (part.text === undefined) return undefined;
      return { ...fieldsOf(part.rest, 'thinking'), type: 'thinking', thinking: part.text };
    case 'media':
      return part.transcript === undefined || part.transcript === ''
        ? undefined
        : { type: 'text', text: part.transcript };
    case 'opaque':
      return part.dialect === DIALECT && isJsonObject(part.raw) ? part.raw : undefined;
    default:
      return undefined;
  }
}

/** What is known to be unsayable as soon as a part begins. */
export function unsaidStart(
  part: { readonly type: ContentPart['type']; readonly dialect?: string },
  path: string,
  isReply: boolean,
): readonly Loss[] {
  switch (part.type) {
    case 'refusal':
      return [changed('refusal', path, 'emulated', 'a refusal is sent as text')];
    case 'media':
      return isReply
        ? [lost('replyMedia', path, 'media that a model made have no place here')]
        : [lost('generatedMedia', path, 'media that a model made can not go back in its own turn')];
    case 'server-tool':
      return [lost('serverToolTurn', path, 'a tool that another provider ran has no place here')];
    case 'opaque':
      return part.dialect === DIALECT
        ? []
        : [
            lost(
              isReply ? 'foreignTurn' : 'foreignPart',
              path,
              'content that only another dialect knows',
            ),
          ];
    case 'tool-result':
      return [lost('misplacedPart', path, 'a result of a tool is said by no assistant')];
    default:
      return [];
  }
}

export const lostState = (path: string): Loss =>
  lost('providerState', `${path}.state`, "a provider's state has no place here");

export const lostLogprobs = (path: string): Loss =>
  lost('logprobs', `${path}.logprobs`, 'log probabilities are not told here');

/** What of any part has no words here, whatever the part says. */
export function lostExtras(part: ContentPart, path: string): readonly Loss[] {
  const hasState = part.state !== undefined && part.state.length > 0;
  return [
    ...(part.cache === undefined
      ? []
      : [lost('cacheMark', `${path}.cache`, 'this provider caches by itself')]),
    ...(hasState ? [lostState(path)] : []),
    ...(part.type === 'text' && part.logprobs !== undefined ? [lostLogprobs(path)] : []),
  ];
}
