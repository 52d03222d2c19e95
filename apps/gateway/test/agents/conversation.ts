import type { Harness } from '@tollgate/testkit';
import { expect } from 'vitest';
import type { Body } from '../support/chat-face.ts';

/* One conversation that every agent has with every provider: two calls at once, then one more, then the answer. */

export interface ScriptedCall {
  readonly id: string;
  readonly name: 'weather' | 'difference';
  readonly input: { readonly [field: string]: unknown };
}

export interface ScriptedTurn {
  readonly thought?: string;
  readonly text?: string;
  readonly calls: readonly ScriptedCall[];
  readonly usage: { readonly input: number; readonly output: number };
}

export const QUESTION = 'How much warmer is Rome than Oslo?';
export const INSTRUCTIONS = 'Look before you answer.';
export const ANSWER = 'Rome is 16 degrees warmer.';

export const TURNS: readonly ScriptedTurn[] = [
  {
    thought: 'Two cities, so two looks.',
    text: 'Let me look.',
    calls: [
      { id: 'call_oslo', name: 'weather', input: { city: 'Oslo' } },
      { id: 'call_rome', name: 'weather', input: { city: 'Rome' } },
    ],
    usage: { input: 100, output: 30 },
  },
  {
    thought: 'Now the difference.',
    calls: [{ id: 'call_diff', name: 'difference', input: { first: 20, second: 4 } }],
    usage: { input: 150, output: 20 },
  },
  { text: ANSWER, calls: [], usage: { input: 180, output: 10 } },
];

export const USAGE = { input: 430, output: 60 };

export interface Exchange {
  readonly name: string;
  readonly input: unknown;
  /** Some clients put the tool's words into an object. */
  readonly result: string;
}

/** What the third request must tell the provider, whatever dialect it came in. */
export const EXCHANGES: readonly Exchange[] = [
  {
    name: 'weather',
    input: { city: 'Oslo' },
    result: expect.stringContaining('4 degrees in Oslo'),
  },
  {
    name: 'weather',
    input: { city: 'Rome' },
    result: expect.stringContaining('20 degrees in Rome'),
  },
  {
    name: 'difference',
    input: { first: 20, second: 4 },
    result: expect.stringContaining('16 degrees'),
  },
];

const DEGREES: { readonly [city: string]: number } = { Oslo: 4, Rome: 20 };

export const weather = ({ city }: { readonly city: string }): string =>
  `${DEGREES[city] ?? 'unknown'} degrees in ${city}`;

export const difference = (of: { readonly first: number; readonly second: number }): string =>
  `${of.first - of.second} degrees`;

/** By name, for loops that are written by hand. */
export function runTool(name: string, input: unknown): string {
  const fields = Object(input);
  if (name === 'weather') return weather(fields);
  if (name === 'difference') return difference(fields);
  throw new Error(`no tool ${name}`);
}

export const WEATHER_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
export const DIFFERENCE_SCHEMA = {
  type: 'object' as const,
  properties: { first: { type: 'number' }, second: { type: 'number' } },
  required: ['first', 'second'],
  additionalProperties: false,
};

/** A program that has a tool loop of its own. */
export interface Agent {
  readonly name: string;
  run(gateway: Gateway): Promise<Answer>;
}

export interface Gateway {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly stream: boolean;
}

export interface Answer {
  readonly text: string;
  /** Of all turns together. */
  readonly usage: { readonly input: number; readonly output: number };
}

/** A provider of a suite's own, where the testkit has none. */
export interface ScriptedServer {
  readonly sent: readonly Body[];
  script(turns: readonly ScriptedTurn[]): void;
}

export interface World {
  readonly harness: Harness;
  readonly gemini: ScriptedServer;
}

/** A provider that has the conversation's other side, in its own dialect. */
export interface Provider {
  readonly name: string;
  readonly model: string;
  /** Answers the turns in their order, streamed to who asks for it. */
  script(world: World, turns: readonly ScriptedTurn[]): void;
  /** The bodies that came. */
  sent(world: World): readonly Body[];
  /** The calls that a request tells of with their results; throws where one has no other. */
  exchanges(body: Body): readonly Exchange[];
  /** What it wants back of what it thought, as it stands in a request. */
  states(body: Body): readonly unknown[];
  /** The same as it had told it in the turn before. */
  toldState(turn: number): readonly string[];
}
