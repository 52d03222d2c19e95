import type { Annotation, ContentPart, ToolCallPart } from '../../chat/content-part.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { decodeCitation, placeCitation } from './citations.ts';

/** What an assistant said, in a history or a reply. */
export interface Said {
  readonly blocks: readonly ContentPart[];
  readonly plan: string | null | undefined;
  readonly calls: readonly ToolCallPart[];
  readonly citations: readonly unknown[];
}

export interface Understood {
  readonly content: readonly ContentPart[];
  /** Citations of what has no annotations in the hub. */
  readonly unplaced: readonly JsonObject[];
}

/** The dialect's own order: what was said, the plan, the calls. A plan is text before the calls. */
export function decodeAssistant({ blocks, plan, calls, citations }: Said): Understood {
  const parts: ContentPart[] = [...blocks];
  const planAt = plan == null || plan === '' ? undefined : parts.length;
  if (plan != null && plan !== '') parts.push({ type: 'text', text: plan });
  const firstText = parts.findIndex(({ type }) => type === 'text');
  const annotations = new Map<number, Annotation[]>();
  const unplaced: JsonObject[] = [];
  for (const value of citations) {
    const citation = placeCitation(value, firstText);
    if (citation === undefined) continue;
    const at = citation.at === 'plan' ? planAt : citation.at?.block;
    const part = at === undefined ? undefined : parts[at];
    if (at === undefined || part?.type !== 'text') unplaced.push(citation.raw);
    else annotations.set(at, [...(annotations.get(at) ?? []), decodeCitation(citation, part.text)]);
  }
  const content = parts.map((part, index) => {
    const cited = annotations.get(index);
    return part.type !== 'text' || cited === undefined ? part : { ...part, annotations: cited };
  });
  return { content: [...content, ...calls], unplaced };
}
