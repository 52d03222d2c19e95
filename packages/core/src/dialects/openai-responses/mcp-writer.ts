import type { McpOutcome, SharedTurn } from '../../chat/content-part.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import type { PartStart } from '../../chat/stream-event.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { DIALECT } from './dialect-name.ts';
import { eventAt, type OpenItem, type WireFields } from './item-writer.ts';
import { CALL, callItem, outcomeFields } from './mcp-turn.ts';

/** Items as the writer of the output begins and ends them. */
export interface ItemSink {
  begin(type: string, prefix: string, head: JsonObject): readonly WireFields[];
  /** The one that was begun last. */
  begun(): OpenItem | undefined;
  close(item: OpenItem): readonly WireFields[];
  lose(loss: Loss): void;
}

/** A part that is over, and what is known of it. */
interface EndedPart {
  readonly start: PartStart;
  readonly shared: SharedTurn | undefined;
  readonly path: string;
}

/** What an item of a response has, said or not. */
const TELLS_ALL: JsonObject = { approval_request_id: null, error: null, output: null };

/**
 * Writes calls of tools on MCP servers that another dialect told: the item begins with its call, and
 * ends with what came of it, which may be told much later, or never.
 */
export function createMcpWriter({ begin, begun, close, lose }: ItemSink) {
  const waiting = new Map<string, { readonly item: OpenItem; readonly call: JsonObject }>();

  const finish = (id: string, outcome: McpOutcome): readonly WireFields[] | undefined => {
    const known = waiting.get(id);
    if (known === undefined) return undefined;
    waiting.delete(id);
    const { item, call } = known;
    item.raw = { ...call, ...outcomeFields(outcome) };
    item.openParts -= 1;
    const ended = outcome.isError === true ? 'failed' : 'completed';
    return [eventAt(item, `response.mcp_call.${ended}`, {}), ...close(item)];
  };

  return ({ start, shared, path }: EndedPart): readonly WireFields[] => {
    if (start.type !== 'server-tool' || start.dialect === DIALECT || shared === undefined)
      return [];
    const { id = '' } = start;
    if (shared.kind === 'mcp-result') {
      const finished = finish(id, shared.outcome);
      if (finished === undefined) lose(lost('serverToolTurn', path, 'it answers no call'));
      return finished ?? [];
    }
    const call: JsonObject = { ...TELLS_ALL, ...callItem(id, shared, undefined) };
    const given = call['arguments'] ?? '';
    const events = begin(CALL, 'mcp', { ...call, arguments: '', status: 'in_progress' });
    const item = begun();
    if (item === undefined) return events;
    item.openParts += 1;
    item.raw = { ...call, status: 'incomplete' };
    waiting.set(id, { item, call });
    return [
      ...events,
      eventAt(item, 'response.mcp_call.in_progress', {}),
      eventAt(item, 'response.mcp_call_arguments.delta', { delta: given }),
      eventAt(item, 'response.mcp_call_arguments.done', { arguments: given }),
      ...(shared.outcome === undefined ? [] : (finish(id, shared.outcome) ?? [])),
    ];
  };
}
