import { editTopLevel } from '../../json/edit-top-level.ts';
import { editField, editItems } from '../../json/edit-within.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { valueFinder } from '../value-finder.ts';
import { beginsCall, createCallCounter } from './call-counter.ts';

/** One thing put right in a message or a delta. */
export interface MessageMend {
  /** A cheap look at a chunk's text: false where there is nothing to do. */
  isNeeded(data: string): boolean;
  mend(text: string, message: JsonObject, choice: number): string;
}

/** What the quirks of a provider ask for, for one reply: some of it counts. */
export function messageMends(quirks: Quirks): readonly MessageMend[] {
  const omits = new Set(quirks.omits);
  return [
    ...(quirks.reasoningIn === 'reasoning' ? [namedReasoning] : []),
    ...(quirks.reasoningIn === 'content' ? [splitContent] : []),
    ...(omits.has('role') ? [firstRole()] : []),
  ];
}

/** The same for the deltas of a stream, in which alone calls are numbered. */
export const deltaMends = (quirks: Quirks): readonly MessageMend[] => [
  ...messageMends(quirks),
  ...(quirks.omits?.includes('tool_call_index') === true ? [callIndexes()] : []),
  ...(quirks.omits?.includes('tool_call_type') === true ? [callTypes()] : []),
];

const namedReasoning: MessageMend = {
  isNeeded: valueFinder('reasoning'),
  mend: (text, message) => {
    const { reasoning, reasoning_content: known } = message;
    if (typeof reasoning !== 'string' || reasoning === '' || typeof known === 'string') return text;
    return editTopLevel(text, { reasoning_content: reasoning });
  },
};

const LISTED = /"content"\s*:\s*\[/;

/** Content in parts as a text and the reasoning; parts that are neither stay in `content_parts`. */
const splitContent: MessageMend = {
  isNeeded: (data) => LISTED.test(data),
  mend: (text, { content }) => {
    if (!Array.isArray(content)) return text;
    const parts: readonly JsonValue[] = content;
    const reasoning = parts.map(thoughtOf).join('');
    const others = parts.filter((part) => textOf(part) === undefined && !isThought(part));
    return editTopLevel(text, {
      content: parts.map((part) => textOf(part) ?? '').join(''),
      ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
      ...(others.length === 0 ? {} : { content_parts: others }),
    });
  },
};

const isThought = (part: JsonValue): part is JsonObject =>
  isJsonObject(part) && part['type'] === 'thinking';

const textOf = (part: JsonValue): string | undefined =>
  isJsonObject(part) && part['type'] === 'text' && typeof part['text'] === 'string'
    ? part['text']
    : undefined;

function thoughtOf(part: JsonValue): string {
  if (!isThought(part)) return '';
  const { thinking } = part;
  if (typeof thinking === 'string') return thinking;
  return Array.isArray(thinking)
    ? thinking.map((piece: JsonValue) => textOf(piece) ?? '').join('')
    : '';
}

function firstRole(): MessageMend {
  const begun = new Set<number>();
  return {
    isNeeded: () => true,
    mend: (text, message, choice) => {
      if (begun.has(choice)) return text;
      begun.add(choice);
      return typeof message['role'] === 'string' ? text : editTopLevel(text, { role: 'assistant' });
    },
  };
}

/** Clients insist on the type of a call where it begins. */
function callTypes(): MessageMend {
  return {
    isNeeded: valueFinder('tool_calls'),
    mend: (text, { tool_calls: calls }) => {
      if (!Array.isArray(calls)) return text;
      const isUntyped = (call: unknown): boolean =>
        isJsonObject(call) && beginsCall(call) && call['type'] !== 'function';
      if (!calls.some(isUntyped)) return text;
      return editField(text, 'tool_calls', (list) =>
        editItems(list, (call, at) =>
          isUntyped(calls[at]) ? editTopLevel(call, { type: 'function' }) : call,
        ),
      );
    },
  };
}

function callIndexes(): MessageMend {
  const counters = new Map<number, (call: JsonObject) => number>();
  return {
    isNeeded: valueFinder('tool_calls'),
    mend: (text, { tool_calls: calls }, choice) => {
      if (!Array.isArray(calls)) return text;
      const indexOf = counters.get(choice) ?? createCallCounter();
      counters.set(choice, indexOf);
      const wrong = new Map<number, number>();
      for (const [at, call] of calls.entries()) {
        const index = isJsonObject(call) ? indexOf(call) : undefined;
        if (index !== undefined && call['index'] !== index) wrong.set(at, index);
      }
      if (wrong.size === 0) return text;
      return editField(text, 'tool_calls', (list) =>
        editItems(list, (call, at) => {
          const index = wrong.get(at);
          return index === undefined ? call : editTopLevel(call, { index });
        }),
      );
    },
  };
}
