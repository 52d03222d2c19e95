import type { JsonObject } from '../../json/json-value.ts';
import { type ClientWords, fieldOf, itemsOf, type Place } from '../client-words.ts';
import { camelNames } from './camel-names.ts';

/** What clients of Gemini call it. */
export const clientWords: ClientWords = {
  settings: {
    temperature: 'generationConfig.temperature',
    topP: 'generationConfig.topP',
    topK: 'generationConfig.topK',
    maxOutputTokens: 'generationConfig.maxOutputTokens',
    stopSequences: 'generationConfig.stopSequences',
    n: 'generationConfig.candidateCount',
    seed: 'generationConfig.seed',
    presencePenalty: 'generationConfig.presencePenalty',
    frequencyPenalty: 'generationConfig.frequencyPenalty',
    logprobs: 'generationConfig.responseLogprobs',
    'logprobs.top': 'generationConfig.logprobs',
    output: 'generationConfig.responseMimeType',
    'output.schema': ['generationConfig.responseJsonSchema', 'generationConfig.responseSchema'],
    modalities: 'generationConfig.responseModalities',
    audio: 'generationConfig.speechConfig',
    'audio.format': 'generationConfig.speechConfig',
    'audio.voice': 'generationConfig.speechConfig',
    reasoning: 'generationConfig.thinkingConfig',
    'reasoning.enabled': 'generationConfig.thinkingConfig.thinkingBudget',
    'reasoning.effort': 'generationConfig.thinkingConfig.thinkingLevel',
    'reasoning.budgetTokens': 'generationConfig.thinkingConfig.thinkingBudget',
    'reasoning.visibility': 'generationConfig.thinkingConfig.includeThoughts',
    toolChoice: 'toolConfig.functionCallingConfig',
    messages: 'contents',
  },
  fields: {
    argumentsJson: 'functionCall.args',
    content: '',
    isError: 'functionResponse.response.error',
    state: 'thoughtSignature',
  },
  toolFields: { parameters: 'parametersJsonSchema', blockedDomains: 'excludeDomains' },
  places: (body) => {
    const said = inCamel(body);
    return [
      ...systemPlaces(fieldOf(said, 'systemInstruction')),
      ...itemsOf(said, 'contents').flatMap((content, index) =>
        placesOf(content, `contents[${index}]`),
      ),
    ];
  },
  tools: (body) =>
    itemsOf(inCamel(body), 'tools').flatMap((tool, index) => {
      const path = `tools[${index}]`;
      const functions = itemsOf(tool, 'functionDeclarations').map(
        (_function, at) => `${path}.functionDeclarations[${at}]`,
      );
      const own = Object.entries(tool ?? {})
        .filter(([name, value]) => name !== 'functionDeclarations' && value != null)
        .map(([name]) => `${path}.${name}`);
      return [...functions, ...own].map((at) => ({ path: at, inner: at }));
    }),
};

const inCamel = (body: JsonObject): unknown => camelNames(body);

function systemPlaces(system: unknown): readonly Place[] {
  const path = 'systemInstruction';
  if (typeof system === 'string') return [{ path, parts: [path] }];
  const parts = itemsOf(system, 'parts').flatMap((part, index) =>
    isSaid(part) ? [`${path}.parts[${index}]`] : [],
  );
  return parts.length === 0 ? [] : [{ path, parts }];
}

/** Results of functions are messages of their own, as `decodeContents` has it. */
function placesOf(content: unknown, path: string): readonly Place[] {
  const places: Place[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    if (run.length > 0) places.push({ path, parts: run });
    run = [];
  };
  for (const [index, part] of itemsOf(content, 'parts').entries()) {
    const at = `${path}.parts[${index}]`;
    if (fieldOf(part, 'functionResponse') != null) {
      endRun();
      places.push({ path: at, parts: [at] });
    } else if (isSaid(part)) run.push(at);
  }
  endRun();
  return places.length === 0 ? [{ path, parts: [] }] : places;
}

/** A part without a field says nothing, and is none in the hub. */
const isSaid = (part: unknown): boolean =>
  Object.values(part ?? {}).some((value) => value !== undefined);
