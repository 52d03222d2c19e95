import { type Loss, lost } from '../../chat/loss.ts';
import { inputTokens, outputTokens, type Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { jsonPath } from '../wire-problem.ts';
import type { NativeInclude, NativeUsage } from './wire.ts';

/** What a client asked to be told; those of the predecessor asked for nothing. */
export type Included = ReadonlySet<NativeInclude | string>;

/** Three counts, all input, all output, and their sum; the classes of them for who asked. */
export function encodeNativeUsage(usage: Usage, include: Included): JsonObject {
  const input = inputTokens(usage);
  const output = outputTokens(usage);
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(include.has('usage_details') ? detailsOf(usage) : {}),
  };
}

function detailsOf({ input, output }: Usage): JsonObject {
  const { cacheRead, cacheWrite5m, cacheWrite1h } = input;
  const isWritten = cacheWrite5m !== undefined || cacheWrite1h !== undefined;
  const prompt = {
    ...(cacheRead === undefined ? {} : { cached_tokens: cacheRead }),
    ...(isWritten ? { cache_write_tokens: (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0) } : {}),
  };
  return {
    ...(Object.keys(prompt).length === 0 ? {} : { prompt_tokens_details: prompt }),
    ...(output.reasoning === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: output.reasoning } }),
  };
}

export function decodeNativeUsage(usage: NativeUsage): Usage {
  const { cached_tokens: read, cache_write_tokens: written } = usage.prompt_tokens_details ?? {};
  const reasoning = usage.completion_tokens_details?.reasoning_tokens;
  return {
    input: {
      uncached: Math.max(0, usage.prompt_tokens - (read ?? 0) - (written ?? 0)),
      ...(read === undefined ? {} : { cacheRead: read }),
      ...(written === undefined ? {} : { cacheWrite5m: written }),
    },
    output: {
      text: Math.max(0, usage.completion_tokens - (reasoning ?? 0)),
      ...(reasoning === undefined ? {} : { reasoning }),
    },
    provenance: 'provider',
  };
}

/** The classes that are counted in, but can't be told apart any more. */
export function usageLosses(usage: Usage, include: Included): readonly Loss[] {
  const { uncached: _uncached, ...input } = usage.input;
  const { text: _text, ...output } = usage.output;
  const said = include.has('usage_details') ? DETAILED : [];
  return [
    ...told('usage.input', input),
    ...told('usage.output', output),
    ...told('usage.serverTools', usage.serverTools ?? {}),
  ].filter(({ path }) => !said.includes(path));
}

const DETAILED = ['usage.input.cacheRead', 'usage.input.cacheWrite5m', 'usage.output.reasoning'];

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
