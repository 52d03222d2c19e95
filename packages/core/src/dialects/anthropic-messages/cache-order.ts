import type { CacheMark } from '../../chat/content-part.ts';
import { changed, type Loss } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';

interface Marked {
  readonly cache?: CacheMark;
}

/**
 * A mark that keeps a prefix for long may not come after one that keeps less of it for shorter: the
 * API refuses it, in the order tools, system, messages. What stands before it is then kept as long,
 * as what comes after can't be read without it.
 * Source: "Mixing different TTLs" of Anthropic's guide to prompt caching.
 */
export function longestFirst(request: ChatRequest, losses: Loss[]): ChatRequest {
  const marks = marksOf(request);
  const last = marks.findLastIndex(({ cache }) => cache.lifetime === '1h');
  const short = marks.slice(0, Math.max(last, 0)).filter(({ cache }) => cache.lifetime !== '1h');
  if (short.length === 0) return request;
  for (const { path } of short) {
    const why = 'a mark after it is for an hour, and so this one is too';
    losses.push(changed('cacheMark', path, 'clamped', why));
  }
  const held = new Set(short.map(({ cache }) => cache));
  const kept = <T extends Marked>(marked: T): T =>
    marked.cache !== undefined && held.has(marked.cache)
      ? { ...marked, cache: { ...marked.cache, lifetime: '1h' } }
      : marked;
  return {
    ...request,
    ...(request.tools === undefined
      ? {}
      : { tools: request.tools.map((tool) => (tool.type === 'function' ? kept(tool) : tool)) }),
    messages: request.messages.map((message) => ({
      ...kept(message),
      content: message.content.map((part) =>
        part.type === 'tool-result'
          ? { ...kept(part), content: part.content.map(kept) }
          : kept(part),
      ),
    })),
  };
}

interface Mark {
  readonly cache: CacheMark;
  readonly path: string;
}

/** In the order that the API reads them in. */
function marksOf({ tools = [], messages }: ChatRequest): readonly Mark[] {
  const at = ({ cache }: Marked, path: string): readonly Mark[] =>
    cache === undefined ? [] : [{ cache, path: `${path}.cache` }];
  const said = messages.map((message, index) => {
    const path = `messages[${index}]`;
    const marks = message.content.flatMap((part, place) => {
      const here = `${path}.content[${place}]`;
      const within = part.type === 'tool-result' ? part.content : [];
      return [
        ...within.flatMap((inner, depth) => at(inner, `${here}.content[${depth}]`)),
        ...at(part, here),
      ];
    });
    const isSystem = message.role === 'system' || message.role === 'developer';
    return { isSystem, marks: [...marks, ...at(message, path)] };
  });
  return [
    ...tools.flatMap((tool, index) =>
      tool.type === 'function' ? at(tool, `tools[${index}]`) : [],
    ),
    ...said.filter(({ isSystem }) => isSystem).flatMap(({ marks }) => marks),
    ...said.filter(({ isSystem }) => !isSystem).flatMap(({ marks }) => marks),
  ];
}
