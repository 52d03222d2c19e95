import type { Body } from '../support/chat-face.ts';
import { listIn } from './wire.ts';

type Event = Body & { readonly type: string };

/** A whole response as the events of its stream, numbered. */
export function responseEvents(response: Body): readonly Event[] {
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const items = listIn(response, 'output').flatMap((item, at) => itemEvents(item, at));
  return [
    { type: 'response.created', response: begun },
    ...items,
    { type: 'response.completed', response },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
}

function itemEvents(item: Body, output_index: number): readonly Event[] {
  const at = { output_index, item_id: item['id'] };
  const added = (begun: Body): Event => ({
    type: 'response.output_item.added',
    output_index,
    item: { ...item, ...begun },
  });
  const done: Event = { type: 'response.output_item.done', output_index, item };
  switch (item['type']) {
    case 'message':
      return [
        added({ content: [], status: 'in_progress' }),
        ...listIn(item, 'content').flatMap((part, content_index) => {
          const of = { ...at, content_index };
          const { text } = part;
          return [
            { type: 'response.content_part.added', ...of, part: { ...part, text: '' } },
            { type: 'response.output_text.delta', ...of, delta: text },
            { type: 'response.output_text.done', ...of, text },
            { type: 'response.content_part.done', ...of, part },
          ];
        }),
        done,
      ];
    case 'reasoning':
      return [
        added({ summary: [] }),
        ...listIn(item, 'summary').flatMap((part, summary_index) => {
          const of = { ...at, summary_index };
          const { text } = part;
          return [
            { type: 'response.reasoning_summary_part.added', ...of, part: { ...part, text: '' } },
            { type: 'response.reasoning_summary_text.delta', ...of, delta: text },
            { type: 'response.reasoning_summary_text.done', ...of, text },
            { type: 'response.reasoning_summary_part.done', ...of, part },
          ];
        }),
        done,
      ];
    default: {
      const told = String(item['arguments']);
      const half = Math.ceil(told.length / 2);
      return [
        added({ arguments: '', status: 'in_progress' }),
        ...[told.slice(0, half), told.slice(half)].map((delta) => ({
          type: 'response.function_call_arguments.delta',
          ...at,
          delta,
        })),
        { type: 'response.function_call_arguments.done', ...at, arguments: told },
        done,
      ];
    }
  }
}
