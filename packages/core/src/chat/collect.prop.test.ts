import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as arbitrary from '../../test/arbitraries.ts';
import { collect, replay } from './index.ts';

const anyReply = arbitrary.arbitraryReply({
  parts: [
    arbitrary.textPart,
    arbitrary.annotatedTextPart,
    arbitrary.reasoningPart,
    arbitrary.withState(arbitrary.reasoningPart, 'signature'),
    arbitrary.refusalPart,
    arbitrary.toolCallPart,
    arbitrary.mediaPart,
    arbitrary.serverToolPart('a'),
    arbitrary.opaquePart('a'),
  ],
  stops: [{ stopReason: 'stop' }, { stopReason: 'length', rawReason: 'max_tokens' }],
  maxChoices: 3,
  usage: arbitrary.anyUsage,
});

it('collects what was replayed', () => {
  fc.assert(
    fc.property(anyReply, (reply) => {
      expect(collect(replay(reply))).toEqual({ ok: true, value: reply });
    }),
  );
});

it('replays with exactly one terminal event, last, and every part opened and ended once', () => {
  fc.assert(
    fc.property(anyReply, (reply) => {
      const events = replay(reply);

      expect(events.filter(({ type }) => type === 'end' || type === 'error')).toEqual([
        events.at(-1),
      ]);
      const parts = reply.choices.flatMap(({ content }) => content).length;
      expect(events.filter(({ type }) => type === 'part-start')).toHaveLength(parts);
      expect(events.filter(({ type }) => type === 'part-end')).toHaveLength(parts);
    }),
  );
});
