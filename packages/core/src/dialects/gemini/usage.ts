import { inputTokens, outputTokens, type Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { WireUsage } from './reply-wire.ts';

type Details = WireUsage['promptTokensDetails'];

/**
 * `promptTokenCount` includes what was cached, but not what server-run tools put into the prompt;
 * `candidatesTokenCount` leaves thoughts out. Undefined where no count came.
 * Source: https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function decodeUsage(wire: WireUsage): Usage | undefined {
  const { promptTokenCount: prompt, thoughtsTokenCount: thoughts } = wire;
  const written = wire.candidatesTokenCount ?? writtenByTotal(wire);
  if (prompt == null && written === undefined && thoughts == null) return undefined;
  return {
    input: prompt == null ? {} : inputOf(prompt, wire),
    output: {
      ...(written === undefined ? {} : writtenOf(written, wire.candidatesTokensDetails)),
      ...(thoughts == null ? {} : { reasoning: thoughts }),
    },
    provenance: 'provider',
  };
}

/** A count of 0 is left out on this wire; with a total it is known all the same. */
function writtenByTotal(wire: WireUsage): number | undefined {
  const { promptTokenCount: prompt, totalTokenCount: total } = wire;
  if (prompt == null || total == null || total < prompt) return undefined;
  const others = (wire.thoughtsTokenCount ?? 0) + (wire.toolUsePromptTokenCount ?? 0);
  return Math.max(0, total - prompt - others);
}

function inputOf(prompt: number, wire: WireUsage): Usage['input'] {
  const cacheRead = wire.cachedContentTokenCount ?? undefined;
  const fresh = prompt - Math.min(prompt, cacheRead ?? 0);
  const audio = freshOf('AUDIO', wire, fresh);
  const image = freshOf('IMAGE', wire, fresh - (audio ?? 0));
  return {
    uncached: fresh - (audio ?? 0) - (image ?? 0) + (wire.toolUsePromptTokenCount ?? 0),
    ...(cacheRead === undefined ? {} : { cacheRead: Math.min(prompt, cacheRead) }),
    ...(audio === undefined ? {} : { audio }),
    ...(image === undefined ? {} : { image }),
  };
}

/** Of one kind, what wasn't cached; never more than is left. */
function freshOf(modality: string, wire: WireUsage, left: number): number | undefined {
  const all = countOf(modality, wire.promptTokensDetails);
  if (all === undefined) return undefined;
  const cached = countOf(modality, wire.cacheTokensDetails) ?? 0;
  return Math.min(left, Math.max(0, all - cached));
}

function writtenOf(written: number, details: Details): Usage['output'] {
  const audio = countOf('AUDIO', details);
  const image = countOf('IMAGE', details);
  const spoken = Math.min(written, audio ?? 0);
  const drawn = Math.min(written - spoken, image ?? 0);
  return {
    text: written - spoken - drawn,
    ...(audio === undefined ? {} : { audio: spoken }),
    ...(image === undefined ? {} : { image: drawn }),
  };
}

const countOf = (modality: string, details: Details): number | undefined =>
  details?.find((one) => one.modality === modality)?.tokenCount ?? undefined;

export function encodeUsage(usage: Usage): JsonObject {
  const { input, output } = usage;
  const prompt = inputTokens(usage);
  const written = outputTokens(usage) - (output.reasoning ?? 0);
  const promptDetails = detailsOf({ AUDIO: input.audio, IMAGE: input.image });
  const writtenDetails = detailsOf({ AUDIO: output.audio, IMAGE: output.image });
  return {
    promptTokenCount: prompt,
    ...(input.cacheRead === undefined ? {} : { cachedContentTokenCount: input.cacheRead }),
    candidatesTokenCount: written,
    ...(output.reasoning === undefined ? {} : { thoughtsTokenCount: output.reasoning }),
    totalTokenCount: prompt + written + (output.reasoning ?? 0),
    ...(promptDetails === undefined ? {} : { promptTokensDetails: promptDetails }),
    ...(writtenDetails === undefined ? {} : { candidatesTokensDetails: writtenDetails }),
  };
}

function detailsOf(counts: {
  readonly [modality: string]: number | undefined;
}): readonly JsonObject[] | undefined {
  const known = Object.entries(counts).flatMap(([modality, tokenCount]) =>
    tokenCount === undefined ? [] : [{ modality, tokenCount }],
  );
  return known.length === 0 ? undefined : known;
}
