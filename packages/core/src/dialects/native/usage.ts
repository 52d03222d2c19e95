import { type Loss, lost } from '../../chat/loss.ts';
import { inputTokens, outputTokens, type Usage } from '../../chat/usage.ts';
import { jsonPath } from '../wire-problem.ts';
import type { NativeUsage } from './wire.ts';

/** Readable as JSON, and of the shape of `NativeUsage`. */
type Counts = { readonly [name in 'prompt_tokens' | 'completion_tokens' | 'total_tokens']: number };

/** The contract knows three counts: all input, all output, and their sum. */
export function encodeNativeUsage(usage: Usage): Counts {
  const input = inputTokens(usage);
  const output = outputTokens(usage);
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

export const decodeNativeUsage = (usage: NativeUsage): Usage => ({
  input: { uncached: usage.prompt_tokens },
  output: { text: usage.completion_tokens },
  provenance: 'provider',
});

/** The classes that are counted in, but can't be told apart any more. */
export function usageLosses(usage: Usage): readonly Loss[] {
  const { uncached: _uncached, ...input } = usage.input;
  const { text: _text, ...output } = usage.output;
  return [
    ...told('usage.input', input),
    ...told('usage.output', output),
    ...told('usage.serverTools', usage.serverTools ?? {}),
  ];
}

const told = (
  path: string,
  classes: { readonly [name: string]: number | undefined },
): readonly Loss[] =>
  Object.entries(classes)
    .filter(([, count]) => (count ?? 0) > 0)
    .map(([name]) =>
      lost(
        'usage',
        jsonPath([...path.split('.'), name]),
        'the native contract counts input and output only',
      ),
    );
